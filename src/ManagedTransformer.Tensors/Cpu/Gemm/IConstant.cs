namespace ManagedTransformer.Tensors.Cpu;

/// <summary>A number as a type, so that code is compiled once for each value with the value folded in.</summary>
internal interface IConstant
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}
