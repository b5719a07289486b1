namespace ManagedTransformer.Generation;

/// <summary>
/// Looks for strings that end a text while it comes in pieces, and holds back what may be the beginning of one. What it finds does not
/// depend on where pieces begin and end.
/// </summary>
/// <param name="stops">The strings, none empty.</param>
internal sealed class StopStrings(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>The string that ended the text; null as long as none did.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes the next piece.</summary>
    /// <param name="piece">Any number of whole characters.</param>
    /// <returns>The text that can be given out. Nothing follows once a string was found.</returns>
    public string Append(string piece)
    {
        if (stops.Count == 0 || piece.Length == 0)
        {
            return piece;
        }

        string text = _held + piece;

        // The one that ends first, and of those the longest: what a reader of single characters would find.
        int end = int.MaxValue;
        foreach (string stop in stops)
        {
            int start = text.IndexOf(stop, StringComparison.Ordinal);
            if (start >= 0 && (start + stop.Length < end || (start + stop.Length == end && stop.Length > Found!.Length)))
            {
                (Found, end) = (stop, start + stop.Length);
            }
        }

        int sure = Found is null ? text.Length - Beginning(text) : end - Found.Length;
        _held = text[sure..];
        return text[..sure];
    }

    /// <summary>What was held back, at the end of a text that no string ended.</summary>
    public string Flush()
    {
        string rest = Found is null ? _held : "";
        _held = "";
        return rest;
    }

    /// <summary>The length of the longest end of a text with which a string begins.</summary>
    private int Beginning(string text)
    {
        int longest = 0;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
