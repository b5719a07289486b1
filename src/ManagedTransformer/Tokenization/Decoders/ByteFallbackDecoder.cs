using System.Globalization;
using System.Text;

namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Turns runs of tokens <c>&lt;0xHH&gt;</c> into text; a run that is not UTF-8 gives U+FFFD for every byte.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override void Apply(List<string> tokens)
    {
        List<string> output = new(tokens.Count);
        List<byte> run = [];
        foreach (string token in tokens)
        {
            if (ByteOf(token) is { } value)
            {
                run.Add(value);
                continue;
            }

            Flush(run, output);
            output.Add(token);
        }

        Flush(run, output);
        tokens.Clear();
        tokens.AddRange(output);
    }

    /// <summary>The byte of a token; null where it is none.</summary>
    public static byte? ByteOf(string token) =>
        token is ['<', '0', 'x', _, _, '>']
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : null;

    private static void Flush(List<byte> run, List<string> output)
    {
        if (run.Count == 0)
        {
            return;
        }

        byte[] bytes = [.. run];
        run.Clear();
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            output.Add(_strict.GetString(bytes));
        }
        else
        {
            output.AddRange(Enumerable.Repeat("\uFFFD", bytes.Length));
        }
    }
}
