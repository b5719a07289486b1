using System.Globalization;
using System.Text;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Models;

/// <summary>Turns pieces of text into tokens of a vocabulary. May be shared by threads.</summary>
/// <param name="vocabulary">The tokens.</param>
internal abstract class TokenModel(TokenMap vocabulary)
{
    /// <summary>The tokens.</summary>
    public TokenMap Vocabulary => vocabulary;

    /// <summary>Adds the tokens of a piece.</summary>
    /// <param name="piece">Valid UTF-8, not empty.</param>
    /// <param name="sink">Receives them.</param>
    /// <exception cref="InputException">The vocabulary lacks something, and has no token for what is unknown.</exception>
    public abstract void Tokenize(ReadOnlySpan<byte> piece, TokenSink sink);

    /// <summary>The ids of the tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>; -1 for those that are missing.</summary>
    protected static int[] ByteTokens(TokenMap vocabulary)
    {
        int[] ids = new int[256];
        for (int value = 0; value < ids.Length; value++)
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");
            vocabulary.TryGetId(Encoding.UTF8.GetBytes(text), out ids[value]);
        }

        return ids;
    }

    /// <summary>Creates the exception for a piece that has no tokens.</summary>
    protected static InputException Unknown(ReadOnlySpan<byte> piece) => new(
        $"The vocabulary has no token for '{Encoding.UTF8.GetString(piece[..Math.Min(piece.Length, 40)])}' and none for what is unknown.");

    /// <summary>Returns true where all bytes of a text have tokens of their own.</summary>
    protected static bool HasBytes(ReadOnlySpan<byte> text, int[] byteTokens)
    {
        foreach (byte value in text)
        {
            if (byteTokens[value] < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The length of the character at an offset.</summary>
    protected static int LengthAt(ReadOnlySpan<byte> text, int offset)
    {
        Utf8.Read(text, offset, out int length);
        return length;
    }
}
