namespace ManagedTransformer.Tensors.Serialization;

/// <summary>Fits foreign text into one-sentence messages.</summary>
internal static class Sentence
{
    private const int MaxQuoted = 100;

    /// <summary>Text from a file, in quotes, cut to a readable length and without control characters.</summary>
    public static string Quote(string text)
    {
        string start = text.Length > MaxQuoted ? text[..MaxQuoted] + "..." : text;
        return $"'{string.Concat(start.Select(c => char.IsControl(c) ? '?' : c))}'";
    }

    /// <summary>The first sentence of another message, without its full stop, to end a sentence with.</summary>
    public static string Inner(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}
