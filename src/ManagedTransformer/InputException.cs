namespace ManagedTransformer;

/// <summary>
/// Reports something that the user can put right: a missing or damaged file, an unknown option, a character outside the vocabulary.
/// The message is one sentence that names what is at fault and can be shown as it is, without a stack trace. Names and values in it may be
/// those of a stranger's file: characters that would command a terminal or turn its text around are written as <c>\u001b</c>, and of a very
/// long message the middle is left out.
/// </summary>
public sealed class InputException : Exception
{
    private const int MostCharacters = 2000, End = 500;
    private const string Cut = " ... ";

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One sentence that names the file, key, option or character at fault.</param>
    public InputException(string message)
        : base(Show(message))
    {
    }

    /// <summary>Creates the exception with the failure that led to it.</summary>
    /// <param name="message">One sentence that names the file, key, option or character at fault.</param>
    /// <param name="innerException">The failure underneath.</param>
    public InputException(string message, Exception innerException)
        : base(Show(message), innerException)
    {
    }

    /// <summary>
    /// The option whose value is out of its range, type and property such as <c>GenerationOptions.WindowStride</c>; null where it is not
    /// an option that is at fault.
    /// </summary>
    public string? Option { get; init; }

    private static string Show(string message)
    {
        string text = VisibleText.Of(message);
        return text.Length <= MostCharacters ? text : $"{text[..(MostCharacters - Cut.Length - End)]}{Cut}{text[^End..]}";
    }
}
