using System.Reflection;
using System.Runtime.Loader;
using ManagedTransformer.Documents.Tests.Pages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ManagedTransformer.Documents.Tests.Programs;

/// <summary>
/// A program of a page: blocks that are compiled together, in their order, with the <c>using</c> lines of the whole page, against public
/// members. A block that compiles alone begins a program; any other goes on with the one before it.
/// </summary>
internal sealed class PageProgram
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions _language = new(LanguageVersion.Latest);
    private static readonly SyntaxTree _implicit = CSharpSyntaxTree.ParseText(ImplicitUsings, _language);

    // Everything that this process runs on: the framework, the libraries, and the packages that the pages name.
    private static readonly MetadataReference[] _references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) is not ("mt" or "ManagedTransformer.Documents.Tests"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly string[] _usings;

    private PageProgram(IReadOnlyList<CodeBlock> blocks, string[] usings) => (Blocks, _usings) = (blocks, usings);

    public IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>The programs of a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="errors">Gets what the compiler says.</param>
    public static IReadOnlyList<PageProgram> Of(DocumentPage page, ICollection<string> errors)
    {
        CodeBlock[] blocks = [.. page.Blocks.Where(block => block.IsProgram)];
        string[] usings = [.. blocks.SelectMany(block => Parse(block.Text).Usings).Select(line => line.ToString()).Distinct()];
        List<PageProgram> programs = [];
        foreach (CodeBlock block in blocks)
        {
            PageProgram alone = new([block], usings);
            string[] ownErrors = alone.Errors();
            if (ownErrors.Length > 0 && programs.Count > 0)
            {
                PageProgram together = new([.. programs[^1].Blocks, block], usings);
                string[] moreErrors = together.Errors();
                if (moreErrors.Length == 0)
                {
                    programs[^1] = together;
                    continue;
                }

                ownErrors = moreErrors;
            }

            foreach (string error in ownErrors)
            {
                errors.Add(error);
            }

            programs.Add(alone);
        }

        return programs;
    }

    /// <summary>Runs the program in this process.</summary>
    /// <param name="edit">Changes the text of its blocks first: shorter runs, for instance.</param>
    public void Run(Func<string, string> edit)
    {
        using MemoryStream image = new();
        var result = Compile(edit).Emit(image);
        if (!result.Success)
        {
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
        }

        image.Position = 0;
        AssemblyLoadContext context = new(Blocks[0].Place, isCollectible: true);
        MethodInfo main = context.LoadFromStream(image).EntryPoint!;
        TextWriter output = Console.Out;
        Console.SetOut(TextWriter.Null);
        try
        {
            main.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(output);
            context.Unload();
        }
    }

    private string[] Errors() =>
    [
        .. Compile(text => text).GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error)
            .Select(found => $"{found.Location.GetMappedLineSpan()}: {found.Id}: {found.GetMessage(null)}"),
    ];

    private CSharpCompilation Compile(Func<string, string> edit)
    {
        List<string> statements = [.. _usings, ";"], types = [];
        foreach (CodeBlock block in Blocks)
        {
            CompilationUnitSyntax unit = Parse(edit(block.Text));
            foreach (MemberDeclarationSyntax member in unit.Members)
            {
                int line = block.Line + member.GetLocation().GetLineSpan().StartLinePosition.Line;
                (member is GlobalStatementSyntax ? statements : types).Add($"#line {line} \"{block.Page}\"\n{member}");
            }
        }

        string text = string.Join('\n', statements.Concat(types));
        return CSharpCompilation.Create(
            "DocumentProgram",
            [_implicit, CSharpSyntaxTree.ParseText(text, _language, path: Blocks[0].Page)],
            _references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static CompilationUnitSyntax Parse(string text) => SyntaxFactory.ParseCompilationUnit(text, options: _language);
}
