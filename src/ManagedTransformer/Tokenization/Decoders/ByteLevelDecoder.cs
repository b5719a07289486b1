using System.Text;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Turns GPT-2's byte alphabet back into bytes; a token with another character gives its own UTF-8.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override void Apply(List<string> tokens)
    {
        ByteBuffer bytes = new();
        foreach (string token in tokens)
        {
            Append(Encoding.UTF8.GetBytes(token), bytes);
        }

        tokens.Clear();
        tokens.Add(Encoding.UTF8.GetString(bytes.Span));
    }

    /// <summary>Appends the bytes of a token.</summary>
    /// <param name="token">Its text in UTF-8.</param>
    /// <param name="bytes">Receives them.</param>
    public static void Append(ReadOnlySpan<byte> token, ByteBuffer bytes)
    {
        int start = bytes.Length;
        for (int i = 0; i < token.Length;)
        {
            int value = ByteAlphabet.ByteOf(Utf8.Read(token, i, out int length));
            if (value < 0)
            {
                bytes.Truncate(start);
                bytes.Add(token);
                return;
            }

            bytes.Add((byte)value);
            i += length;
        }
    }
}
