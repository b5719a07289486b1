namespace ManagedTransformer.Tensors.Serialization;

/// <summary>One tensor as the header of a safetensors file describes it.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, string typeCode, long[] shape, long count, long offset, long byteLength)
    {
        Name = name;
        TypeCode = typeCode;
        Type = SafetensorsTypeExtensions.Parse(typeCode);
        Shape = shape;
        Count = count;
        Offset = offset;
        ByteLength = byteLength;
    }

    /// <summary>The tensor's name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>Type of the elements.</summary>
    public SafetensorsType Type { get; }

    /// <summary>Name of that type in the file, for instance <c>BF16</c>.</summary>
    public string TypeCode { get; }

    /// <summary>Sizes of the axes, outermost first. Unlike <see cref="Tensors.Shape"/>, of any rank and with 64-bit sizes.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Number of elements: the product of all sizes (1 for a scalar).</summary>
    public long Count { get; }

    /// <summary>First byte of the elements, counted from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>Bytes of all elements.</summary>
    public long ByteLength { get; }

    /// <summary>Name, type and shape, for instance <c>embed.weight F32 [64, 8]</c>.</summary>
    public override string ToString() => $"{Name} {TypeCode} [{string.Join(", ", Shape)}]";
}
