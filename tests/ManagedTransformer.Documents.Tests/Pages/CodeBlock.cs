namespace ManagedTransformer.Documents.Tests.Pages;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path from the repository's root.</param>
/// <param name="Line">Its first line of text, from 1.</param>
/// <param name="Language">The first word behind the fence, empty where there is none.</param>
/// <param name="Text">What stands between the fences.</param>
internal sealed record CodeBlock(string Page, int Line, string Language, string Text)
{
    public bool IsProgram => Language is "csharp" or "cs";

    /// <summary>Command lines stand in blocks of a shell, and in those that name no language.</summary>
    public bool IsShell => Language is "" or "sh" or "bash" or "shell" or "console";

    public bool IsJson => Language == "json";

    public string Place => $"{Page}:{Line}";
}
