using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>Changes the text before it is split.</summary>
internal abstract class Normalizer
{
    /// <summary>Appends what becomes of a text.</summary>
    /// <param name="text">Valid UTF-8.</param>
    /// <param name="output">Receives valid UTF-8.</param>
    public abstract void Append(ReadOnlySpan<byte> text, ByteBuffer output);
}
