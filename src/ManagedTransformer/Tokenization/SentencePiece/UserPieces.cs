using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>Finds the pieces that users have defined, which are cut out of a text before all else.</summary>
internal static class UserPieces
{
    /// <summary>The length of the longest piece that a text begins with; 0 for none.</summary>
    public static int LengthAt(TokenIndex pieces, ReadOnlySpan<byte> text)
    {
        TokenWalk walk = pieces.Walk();
        int length = 0;
        for (int i = 0; i < text.Length && walk.Step(text[i], out int token); i++)
        {
            length = token >= 0 ? i + 1 : length;
        }

        return length;
    }
}
