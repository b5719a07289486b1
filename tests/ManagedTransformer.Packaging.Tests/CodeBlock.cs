using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>A C# program in a document.</summary>
/// <param name="Document">The document, from the repository's root.</param>
/// <param name="Line">The number of its first line there.</param>
/// <param name="Lines">Its lines.</param>
internal sealed partial record CodeBlock(string Document, int Line, IReadOnlyList<string> Lines)
{
    /// <summary>The namespaces that the program names.</summary>
    public IEnumerable<string> Usings => Lines.Where(line => UsingDirective().IsMatch(line));

    /// <summary>The whole program.</summary>
    public string Text => string.Join('\n', Lines);

    /// <summary>The C# programs of a document.</summary>
    /// <param name="document">From the repository's root.</param>
    public static IReadOnlyList<CodeBlock> Of(string document)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, document));
        List<CodeBlock> blocks = [];
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i] == "```csharp")
            {
                string[] block = [.. lines.Skip(i + 1).TakeWhile(line => line != "```")];
                blocks.Add(new CodeBlock(document, i + 2, block));
                i += block.Length + 1;
            }
        }

        return blocks;
    }

    /// <summary>
    /// The program as a class with a method <c>Run</c>: types, which end a program, become members. Errors are told by document and line.
    /// </summary>
    /// <param name="name">The name of the class.</param>
    /// <param name="usings">Namespaces, for programs that leave to others to name them.</param>
    public string ToClass(string name, IEnumerable<string> usings)
    {
        int types = Lines.TakeWhile(line => !TypeDeclaration().IsMatch(line)).Count();
        StringBuilder code = new();
        code.AppendLine("#pragma warning disable");
        code.AppendJoin('\n', Usings.Concat(usings).Distinct()).AppendLine();
        code.AppendLine(CultureInfo.InvariantCulture, $"internal static class {name}\n{{\npublic static async Task Run()\n{{");
        Append(0, types);
        code.AppendLine("#line default\nawait Task.CompletedTask;\n}");
        Append(types, Lines.Count);
        return code.AppendLine("}").ToString();

        void Append(int first, int end)
        {
            code.AppendLine(CultureInfo.InvariantCulture, $"#line {Line + first} \"{Document}\"");
            for (int i = first; i < end; i++)
            {
                code.AppendLine(UsingDirective().IsMatch(Lines[i]) ? "" : Lines[i]);
            }
        }
    }

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"^((public|internal|sealed|abstract|static|readonly) )*(class|record|struct|interface|enum) ")]
    private static partial Regex TypeDeclaration();
}
