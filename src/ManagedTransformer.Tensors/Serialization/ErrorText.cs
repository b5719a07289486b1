namespace ManagedTransformer.Tensors.Serialization;

/// <summary>Fits foreign text into one-sentence messages.</summary>
internal static class ErrorText
{
    private const int MaxLength = 150, MostSizes = 16;

    /// <summary>Text from a file, in quotes, cut to a readable length and without control characters.</summary>
    public static string Quote(string text) => $"'{Clean(text)}'";

    /// <summary>The first sentence of another message, without its full stop, to end a sentence with.</summary>
    public static string FirstSentence(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return Clean(end < 0 ? message.TrimEnd('.') : message[..end]);
    }

    /// <summary>Sizes from a file, as many as can be read.</summary>
    public static string Sizes(IReadOnlyList<long> sizes) =>
        string.Join(", ", sizes.Take(MostSizes)) + (sizes.Count > MostSizes ? ", ..." : "");

    private static string Clean(string text)
    {
        string start = text.Length > MaxLength ? text[..MaxLength] + "..." : text;
        return string.Concat(start.Select(c => char.IsControl(c) ? '?' : c));
    }
}
