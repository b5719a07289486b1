namespace ManagedTransformer.Tensors;

public partial class Tensor
{
    /// <summary>a + b, broadcast.</summary>
    public static Tensor operator +(Tensor left, Tensor right) => left.Add(right);

    /// <summary>a - b, broadcast.</summary>
    public static Tensor operator -(Tensor left, Tensor right) => left.Subtract(right);

    /// <summary>Element-wise a b, broadcast.</summary>
    public static Tensor operator *(Tensor left, Tensor right) => left.Multiply(right);

    /// <summary>Element-wise a / b, broadcast.</summary>
    public static Tensor operator /(Tensor left, Tensor right) => left.Divide(right);

    /// <summary>-x.</summary>
    public static Tensor operator -(Tensor tensor) => tensor.Affine(-1, 0);

    /// <summary>x + c.</summary>
    public static Tensor operator +(Tensor tensor, float constant) => tensor.Affine(1, constant);

    /// <summary>x - c.</summary>
    public static Tensor operator -(Tensor tensor, float constant) => tensor.Affine(1, -constant);

    /// <summary>c x.</summary>
    public static Tensor operator *(Tensor tensor, float constant) => tensor.Affine(constant, 0);

    /// <summary>c x.</summary>
    public static Tensor operator *(float constant, Tensor tensor) => tensor.Affine(constant, 0);

    /// <summary>x / c.</summary>
    public static Tensor operator /(Tensor tensor, float constant) => tensor.Affine(1 / constant, 0);
}
