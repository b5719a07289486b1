namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Function that <see cref="Gemm"/> applies to each element of the result after the bias.</summary>
internal enum GemmActivation
{
    /// <summary>y = x.</summary>
    None,

    /// <summary>y = max(x, 0); NaN stays NaN.</summary>
    Relu,
}
