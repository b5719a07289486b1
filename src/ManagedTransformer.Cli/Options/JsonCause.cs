namespace ManagedTransformer.Cli.Options;

/// <summary>Why a text is no JSON, for people.</summary>
internal static class JsonCause
{
    /// <summary>The parser's reason without the place, of which .NET counts from 0, and without its advice to programmers.</summary>
    /// <param name="e">The parser's failure.</param>
    public static string Of(Exception e)
    {
        string message = e.Message;
        int place = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        message = place < 0 ? message : message[..place];
        return message.StartsWith("The input does not contain any JSON tokens.", StringComparison.Ordinal)
            ? "there is nothing in it."
            : message.Replace(" which is not supported in this mode. Change the reader options", "", StringComparison.Ordinal);
    }
}
