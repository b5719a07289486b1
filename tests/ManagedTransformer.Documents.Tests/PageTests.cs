using ManagedTransformer.Documents.Tests.Commands;
using ManagedTransformer.Documents.Tests.Pages;
using ManagedTransformer.Documents.Tests.Programs;
using Xunit;

namespace ManagedTransformer.Documents.Tests;

/// <summary>The programs of all pages are compiled, and programs and commands are run, page by page, in their order.</summary>
public sealed class PageTests(ITestOutputHelper output)
{
    public static TheoryData<string> PagesThatRun => [.. DocumentPage.Run.Select(page => page.Name)];

    /// <summary>What is run, and what is not and why, stands in the output of this test.</summary>
    [Theory]
    [MemberData(nameof(PagesThatRun))]
    public void ProgramsCompileAndWhatCanRunRuns(string name)
    {
        DocumentPage page = DocumentPage.Run.Single(page => page.Name == name);
        List<string> failures = [];
        IReadOnlyList<PageProgram> programs = PageProgram.Of(page, failures);
        Assert.True(failures.Count == 0, string.Join('\n', failures));

        // A program runs where its last block stands.
        List<(string Place, string Text, Func<string?> Run)> parts = [];
        foreach (CodeBlock block in page.Blocks)
        {
            if (block.IsShell)
            {
                parts.AddRange(ShellLine.Of(block).Where(line => line.CallsTool)
                    .Select(line => (line.Place, line.Text, (Func<string?>)(() => Workplace.Run(line)))));
            }
            else if (programs.FirstOrDefault(program => program.Blocks[^1] == block) is { } program)
            {
                string text = string.Join('\n', program.Blocks.Select(part => part.Text));
                parts.Add((string.Join(" and ", program.Blocks.Select(part => part.Place)), text, () => Workplace.Run(program)));
            }
        }

        if (parts.Count == 0)
        {
            return;
        }

        using Workplace work = new();
        foreach ((string place, string text, Func<string?> run) in parts)
        {
            string told = text.Contains('\n', StringComparison.Ordinal) ? $"{place}: C#" : $"{place}: {text}";
            if (NotRun.Reason(name, text) is { } reason)
            {
                output.WriteLine($"not run ({reason}): {told}");
            }
            else if (run() is { } failure)
            {
                failures.Add($"{place}: {text}\n  {failure}");
            }
            else
            {
                output.WriteLine($"run: {told}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void WhatIsNotRunStandsOnAPage() => Assert.Empty(
        from entry in NotRun.All
        where !(from page in DocumentPage.Run
                from text in page.Blocks.Where(block => block.IsShell).SelectMany(ShellLine.Of).Select(line => line.Text)
                    .Concat(page.Blocks.Where(block => block.IsProgram).Select(block => block.Text))
                select (page.Name, text)).Any(part => NotRun.Matches(entry, part.Name, part.text))
        select $"{entry.Page}: {entry.Begins}");

    [Fact]
    public void JsonIsWhole()
    {
        foreach (CodeBlock block in DocumentPage.Run.SelectMany(page => page.Blocks).Where(block => block.IsJson))
        {
            Snippets.RequireWhole(block);
        }
    }
}
