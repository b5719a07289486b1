using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="DecodeCode"/> and <see cref="DecodeCombineCode"/>. A row is split into <see cref="Splits"/> ranges of keys; each
/// leaves its largest score, the sums of e^(s - max) as they are and masked, and the weighted sum of values in a row of
/// <see cref="Parts"/>.
/// </summary>
internal struct DecodeArguments<TKeys>
    where TKeys : struct, IDecodeKeys
{
    public TKeys Keys;
    public ArrayView<float> Parts;
    public int Splits, SplitKeys;

    /// <summary>Numbers in front of the weighted sum.</summary>
    public const int Lead = 3;
}
