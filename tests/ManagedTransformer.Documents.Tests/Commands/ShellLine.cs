using System.Text;
using ManagedTransformer.Documents.Tests.Pages;

namespace ManagedTransformer.Documents.Tests.Commands;

/// <summary>A command line of a page, as far as pages need a shell: quotes, comments, pipes and files.</summary>
/// <param name="Place">Page and line.</param>
/// <param name="Text">The line.</param>
/// <param name="Stages">Its commands.</param>
internal sealed record ShellLine(string Place, string Text, IReadOnlyList<ShellStage> Stages)
{
    /// <summary>True where <c>mt</c> is called.</summary>
    public bool CallsTool => Stages.Any(stage => stage.ToolArguments is not null);

    /// <summary>The command lines of a block.</summary>
    public static IEnumerable<ShellLine> Of(CodeBlock block)
    {
        string[] lines = block.Text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int first = i;
            string text = lines[i].Trim();
            while (text.EndsWith('\\') && i + 1 < lines.Length)
            {
                text = $"{text[..^1].TrimEnd()} {lines[++i].Trim()}";
            }

            if (text.Length > 0 && text[0] != '#')
            {
                yield return Parse($"{block.Page}:{block.Line + first}", text);
            }
        }
    }

    /// <summary>Reads one line.</summary>
    /// <param name="place">Page and line.</param>
    /// <param name="text">The line.</param>
    public static ShellLine Parse(string place, string text)
    {
        List<ShellStage> stages = [];
        List<string> words = [];
        string? input = null, output = null;
        List<(string Word, bool IsQuoted)> tokens = Split(text);
        for (int i = 0; i <= tokens.Count; i++)
        {
            (string word, bool isQuoted) = i < tokens.Count ? tokens[i] : ("|", false);
            if (!isQuoted && word == "|")
            {
                stages.Add(new ShellStage(words, input, output));
                (words, input, output) = ([], null, null);
            }
            else if (!isQuoted && word is "<" or ">" && i + 1 < tokens.Count)
            {
                string file = tokens[++i].Word;
                (input, output) = word == "<" ? (file, output) : (input, file);
            }
            else
            {
                words.Add(word);
            }
        }

        return new ShellLine(place, text, stages);
    }

    private static List<(string Word, bool IsQuoted)> Split(string text)
    {
        List<(string, bool)> tokens = [];
        StringBuilder word = new();
        bool isWord = false, isQuoted = false;
        char quote = '\0';
        foreach (char c in text + ' ')
        {
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                (quote, isWord, isQuoted) = (c, true, true);
            }
            else if (c == '#' && !isWord)
            {
                break;
            }
            else if (c != ' ')
            {
                word.Append(c);
                isWord = true;
            }
            else if (isWord)
            {
                tokens.Add((word.ToString(), isQuoted));
                word.Clear();
                (isWord, isQuoted) = (false, false);
            }
        }

        return quote == '\0' ? tokens : throw new InvalidDataException($"The quote of '{text}' has no end.");
    }
}
