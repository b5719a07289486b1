using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using ManagedTransformer.Tokenization.Normalizers;
using ManagedTransformer.Tokenization.Unicode;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Pipeline;

/// <summary>Normalizers against slow definitions.</summary>
[Properties(Arbitrary = [typeof(RandomText)], MaxTest = 200)]
public sealed class NormalizerTests
{
    // Marks of several classes, letters with decompositions of several steps, Hangul, ligatures.
    private const string Special = "\u0301\u0323\u0307\u0345\u05b0\u3099a\u00e9\u1e69\u1e9b\u212bs\u1100\u1161\u11a8\uac00\uac01\ufb01"
        + "\u00bd\u0958\u0344\u1f82\u2126\u03a9\u0f71\u0f72\u0f74\uff76\uff9e\u00b2\u2163";

    [Property]
    public void FormsAreThoseOfTheDefinition(string text, byte[] marks)
    {
        text += string.Concat(marks.Select(mark => Special[mark % Special.Length]));
        foreach ((string name, bool isCompatible, bool composes) in (ReadOnlySpan<(string, bool, bool)>)
            [("NFC", false, true), ("NFD", false, false), ("NFKC", true, true), ("NFKD", true, false)])
        {
            List<int> expected = Decompose(text, isCompatible);
            string actual = Normalize($$"""{"type":"{{name}}"}""", text);
            Assert.Equal(Text(composes ? Compose(expected) : expected), actual);
            Assert.Equal(actual, Normalize($$"""{"type":"{{name}}"}""", actual));
        }
    }

    [Property]
    public void LowercaseIsThatOfEveryCharacter(string text)
    {
        Dictionary<int, int[]> table = UnicodeTables.Instance.Lowercase;
        IEnumerable<int> expected = text.EnumerateRunes()
            .SelectMany(rune => table.TryGetValue(rune.Value, out int[]? special) ? special : [Rune.ToLowerInvariant(rune).Value]);
        Assert.Equal(Text(expected), Normalize("""{"type":"Lowercase"}""", text));
    }

    [Property]
    public void StripIsTrim(string text, bool left, bool right)
    {
        string expected = left ? text.TrimStart() : text;
        expected = right ? expected.TrimEnd() : expected;
        Assert.Equal(expected, Normalize($$"""{"type":"Strip","strip_left":{{Json(left)}},"strip_right":{{Json(right)}}}""", text));
    }

    [Property]
    public void ReplaceIsThatOfStrings(string text, byte[] letters)
    {
        text += string.Concat(letters.Select(letter => "ab "[letter % 3]));
        foreach (string pattern in (string[])[" ", "a", "ab", "aa", "aba", "  "])
        {
            Assert.Equal(text.Replace(pattern, "\u2581a", StringComparison.Ordinal),
                Normalize($$$"""{"type":"Replace","pattern":{"String":"{{{pattern}}}"},"content":"▁a"}""", text));
        }
    }

    [Property]
    public void PrependGoesBeforeAllButNothing(string text) =>
        Assert.Equal(text.Length == 0 ? "" : $"_{text}", Normalize("""{"type":"Prepend","prepend":"_"}""", text));

    private static string Json(bool value) => value ? "true" : "false";

    private static string Normalize(string json, string text)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        ByteBuffer output = new();
        if (text.Length > 0)
        {
            NormalizerReader.Read(document.RootElement, "t.json")!.Append(Encoding.UTF8.GetBytes(text), output);
        }

        return Encoding.UTF8.GetString(output.Span);
    }

    private static string Text(IEnumerable<int> codePoints) => string.Concat(codePoints.Select(char.ConvertFromUtf32));

    private static int Class(int codePoint) => UnicodeTables.Instance.Classes.GetValueOrDefault(codePoint);

    private static List<int> Decompose(string text, bool isCompatible)
    {
        UnicodeTables tables = UnicodeTables.Instance;
        List<int> output = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            int hangul = rune.Value - 0xAC00;
            if (hangul is >= 0 and < 11172)
            {
                output.AddRange([0x1100 + hangul / 588, 0x1161 + hangul % 588 / 28]);
                output.AddRange(hangul % 28 > 0 ? [0x11A7 + hangul % 28] : []);
            }
            else
            {
                output.AddRange(isCompatible && tables.Compatible.TryGetValue(rune.Value, out int[]? other) ? other
                    : tables.Canonical.TryGetValue(rune.Value, out int[]? own) ? own : [rune.Value]);
            }
        }

        // Canonical order: neighbours change places until none is out of order.
        for (bool isDone = false; !isDone;)
        {
            isDone = true;
            for (int i = 1; i < output.Count; i++)
            {
                if (Class(output[i]) > 0 && Class(output[i - 1]) > Class(output[i]))
                {
                    (output[i - 1], output[i], isDone) = (output[i], output[i - 1], false);
                }
            }
        }

        return output;
    }

    // A character joins the last starter before it unless one between them has a class that blocks it.
    private static List<int> Compose(List<int> text)
    {
        List<int> output = [];
        foreach (int codePoint in text)
        {
            int starter = output.FindLastIndex(other => Class(other) == 0);
            bool isBlocked = starter < 0 || output.Skip(starter + 1).Any(other => Class(other) >= Class(codePoint));
            if (!isBlocked && Join(output[starter], codePoint) is { } joined)
            {
                output[starter] = joined;
            }
            else
            {
                output.Add(codePoint);
            }
        }

        return output;
    }

    private static int? Join(int first, int second) => (first, second) switch
    {
        ( >= 0x1100 and < 0x1113, >= 0x1161 and < 0x1176) => 0xAC00 + (first - 0x1100) * 588 + (second - 0x1161) * 28,
        ( >= 0xAC00 and < 0xD7A4, > 0x11A7 and < 0x11C3) when (first - 0xAC00) % 28 == 0 => first + second - 0x11A7,
        _ => UnicodeTables.Instance.Compositions.TryGetValue((first, second), out int joined) ? joined : null,
    };
}
