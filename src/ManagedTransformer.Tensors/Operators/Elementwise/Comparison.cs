using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>1 where a = b, else 0, broadcast. Comparisons have no gradient.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor EqualTo(this Tensor a, Tensor b) => Binary(BinaryOp.Equal, a, b);

    /// <summary>1 where a differs from b, else 0, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor NotEqualTo(this Tensor a, Tensor b) => Binary(BinaryOp.NotEqual, a, b);

    /// <summary>1 where a &lt; b, else 0, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor LessThan(this Tensor a, Tensor b) => Binary(BinaryOp.Less, a, b);

    /// <summary>1 where a &lt;= b, else 0, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor LessOrEqualTo(this Tensor a, Tensor b) => Binary(BinaryOp.LessOrEqual, a, b);

    /// <summary>1 where a &gt; b, else 0, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor GreaterThan(this Tensor a, Tensor b) => Binary(BinaryOp.Greater, a, b);

    /// <summary>1 where a &gt;= b, else 0, broadcast.</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">A shape that broadcasts with a's.</param>
    public static Tensor GreaterOrEqualTo(this Tensor a, Tensor b) => Binary(BinaryOp.GreaterOrEqual, a, b);
}
