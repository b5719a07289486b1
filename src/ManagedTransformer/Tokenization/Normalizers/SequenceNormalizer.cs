using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Several normalizers, one after the other.</summary>
/// <param name="parts">At least one.</param>
internal sealed class SequenceNormalizer(params IReadOnlyList<Normalizer> parts) : Normalizer
{
    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        for (int i = 0; i + 1 < parts.Count; i++)
        {
            ByteBuffer next = new(text.Length) { Limit = output.Limit };
            parts[i].Append(text, next);
            text = next.Span;
        }

        parts[^1].Append(text, output);
    }
}
