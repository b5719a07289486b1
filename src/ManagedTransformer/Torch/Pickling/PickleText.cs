using System.Globalization;
using System.Text;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>Text of pickles, and words about their values for messages.</summary>
internal static class PickleText
{
    private const int MostQuoted = 100, MostSentence = 500;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A name from a file, cut to a readable length and without control characters.</summary>
    public static string Quote(string module, string name) =>
        Quote(module.Length > MostQuoted ? module : $"{module}.{(name.Length > MostQuoted ? name[..(MostQuoted + 1)] : name)}");

    /// <summary>A sentence with parts of a file in it, cut to a readable length and without control characters.</summary>
    public static string Clean(string sentence) => Quote(sentence, MostSentence);

    /// <summary>Text from a file, cut to a readable length and without control characters.</summary>
    public static string Quote(string text) => Quote(text, MostQuoted);

    private static string Quote(string text, int most)
    {
        string start = text.Length > most ? text[..most] + "..." : text;
        StringBuilder quoted = new();
        foreach (char c in start)
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format)
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.ToString();
    }

    /// <summary>Text in UTF-8 as Python writes it, with halves of surrogate pairs, which become U+FFFD.</summary>
    /// <exception cref="PickleException">Not UTF-8.</exception>
    public static PickleAtom Decode(Span<byte> utf8)
    {
        // Halves of pairs are ED A0..BF xx; nothing else begins like that.
        bool hasSurrogates = false;
        for (int i = utf8.IndexOf((byte)0xED); i >= 0 && i + 2 < utf8.Length;)
        {
            if (utf8[i + 1] >= 0xA0)
            {
                hasSurrogates = true;
                "\uFFFD"u8.CopyTo(utf8[i..]);
            }

            int next = utf8[(i + 1)..].IndexOf((byte)0xED);
            i = next < 0 ? -1 : i + 1 + next;
        }

        try
        {
            return new PickleAtom(_strict.GetString(utf8), hasSurrogates);
        }
        catch (ArgumentException)
        {
            throw new PickleException("a text is not valid UTF-8");
        }
    }

    /// <summary>What a value is, for messages.</summary>
    public static string Describe(PickleValue value) => value switch
    {
        PickleAtom { Value: null } => "None",
        PickleAtom { Value: string } => "a text",
        PickleAtom { Value: byte[] } => "bytes",
        PickleAtom { Value: bool } => "a truth value",
        PickleAtom => "a number",
        PickleSequence { Kind: SequenceKind.List } => "a list",
        PickleSequence { Kind: SequenceKind.Tuple } => "a tuple",
        PickleSequence => "a set",
        PickleDictionary => "a dictionary",
        PickleRecord => "a namespace",
        PickleTensor => "a tensor",
        PickleStorage => "a storage",
        PickleGlobal global => $"the name {global.Name}",
        _ => "an object",
    };
}
