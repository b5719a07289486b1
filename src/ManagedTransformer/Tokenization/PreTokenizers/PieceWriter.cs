using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>Appends what becomes of a piece.</summary>
/// <param name="text">Its bytes.</param>
/// <param name="isFirst">Whether it begins where the original text begins.</param>
/// <param name="output">Receives valid UTF-8.</param>
internal delegate void PieceWriter(ReadOnlySpan<byte> text, bool isFirst, ByteBuffer output);
