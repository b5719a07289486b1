namespace ManagedTransformer.Tokenization.Models;

/// <summary>A token for every piece.</summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="unknown">The token of other pieces.</param>
internal sealed class WordLevelModel(TokenMap vocabulary, byte[] unknown) : TokenModel(vocabulary)
{
    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<byte> piece, TokenSink sink)
    {
        if (Vocabulary.TryGetId(piece, out int id) || Vocabulary.TryGetId(unknown, out id))
        {
            sink.Add(id);
            return;
        }

        throw Unknown(piece);
    }
}
