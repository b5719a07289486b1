namespace ManagedTransformer.Gpu;

/// <summary>The functions of <see cref="Tensors.Kernels.BinaryOp"/>. Comparisons give 1 or 0.</summary>
internal static class BinaryCode
{
    /// <summary>a + b.</summary>
    public readonly struct Add : IBinaryCode
    {
        public float Value(float a, float b) => a + b;
    }

    /// <summary>a - b.</summary>
    public readonly struct Subtract : IBinaryCode
    {
        public float Value(float a, float b) => a - b;
    }

    /// <summary>a b.</summary>
    public readonly struct Multiply : IBinaryCode
    {
        public float Value(float a, float b) => a * b;
    }

    /// <summary>a / b.</summary>
    public readonly struct Divide : IBinaryCode
    {
        public float Value(float a, float b) => a / b;
    }

    /// <summary>a^b.</summary>
    public readonly struct Power : IBinaryCode
    {
        public float Value(float a, float b) => GpuMath.Pow(a, b);
    }

    /// <summary>The larger of both; NaN if either is.</summary>
    public readonly struct Maximum : IBinaryCode
    {
        public float Value(float a, float b) => GpuMath.Max(a, b);
    }

    /// <summary>The smaller of both; NaN if either is.</summary>
    public readonly struct Minimum : IBinaryCode
    {
        public float Value(float a, float b) => GpuMath.Min(a, b);
    }

    /// <summary>a = b.</summary>
    public readonly struct Equal : IBinaryCode
    {
        public float Value(float a, float b) => a == b ? 1f : 0f;
    }

    /// <summary>Not a = b.</summary>
    public readonly struct NotEqual : IBinaryCode
    {
        public float Value(float a, float b) => a == b ? 0f : 1f;
    }

    /// <summary>a &lt; b.</summary>
    public readonly struct Less : IBinaryCode
    {
        public float Value(float a, float b) => a < b ? 1f : 0f;
    }

    /// <summary>a &lt;= b.</summary>
    public readonly struct LessOrEqual : IBinaryCode
    {
        public float Value(float a, float b) => a <= b ? 1f : 0f;
    }

    /// <summary>a &gt; b.</summary>
    public readonly struct Greater : IBinaryCode
    {
        public float Value(float a, float b) => a > b ? 1f : 0f;
    }

    /// <summary>a &gt;= b.</summary>
    public readonly struct GreaterOrEqual : IBinaryCode
    {
        public float Value(float a, float b) => a >= b ? 1f : 0f;
    }
}
