namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Element-wise functions y = f(a, b). Comparisons give 1 or 0; a comparison with NaN gives 0, except NotEqual.</summary>
internal enum BinaryOp
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,

    /// <summary>a^b.</summary>
    Power,

    /// <summary>The larger of both.</summary>
    Maximum,

    /// <summary>The smaller of both.</summary>
    Minimum,

    /// <summary>a = b.</summary>
    Equal,

    /// <summary>a differs from b.</summary>
    NotEqual,

    /// <summary>a &lt; b.</summary>
    Less,

    /// <summary>a &lt;= b.</summary>
    LessOrEqual,

    /// <summary>a &gt; b.</summary>
    Greater,

    /// <summary>a &gt;= b.</summary>
    GreaterOrEqual,
}
