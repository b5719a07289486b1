using System.Globalization;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>A place in a pattern.</summary>
/// <param name="pattern">The pattern.</param>
internal sealed class RegexCursor(string pattern)
{
    private const int LongestNumber = 6;

    private readonly int[] _runes = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    /// <summary>The place, in code points.</summary>
    public int Position { get; set; }

    /// <summary>True behind the last character.</summary>
    public bool IsAtEnd => Position >= _runes.Length;

    /// <summary>The character here.</summary>
    public int Peek => _runes[Position];

    /// <summary>Takes a character.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public int Take() => IsAtEnd ? throw new FormatException("it ends too early") : _runes[Position++];

    /// <summary>Takes a character if it is there.</summary>
    public bool TryTake(char expected)
    {
        bool isThere = !IsAtEnd && Peek == expected;
        Position += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>Returns true if a text of ASCII comes next.</summary>
    public bool StartsWith(string text) =>
        Position + text.Length <= _runes.Length && text.Index().All(c => _runes[Position + c.Index] == c.Item);

    /// <summary>Takes a whole number; null where there is none.</summary>
    /// <exception cref="FormatException">It is too long.</exception>
    public int? Number()
    {
        string digits = "";
        while (!IsAtEnd && Peek is >= '0' and <= '9')
        {
            digits += (char)Take();
            if (digits.Length > LongestNumber)
            {
                throw new FormatException($"the count {digits}... is too large");
            }
        }

        return digits.Length == 0 ? null : int.Parse(digits, CultureInfo.InvariantCulture);
    }

    /// <summary>The next characters, for errors.</summary>
    public string Rest(int length) =>
        string.Concat(_runes.Skip(Position).Take(length).Select(char.ConvertFromUtf32));
}
