using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Xunit;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>Fresh applications that take the libraries from a feed.</summary>
[Collection(PackageCollection.Name)]
public sealed partial class ApplicationTests(PackageFeed feed, ITestOutputHelper log)
{
    private const string Library = "ManagedTransformer";

    /// <summary>Programs that are compiled and not run, by a part of them.</summary>
    private static readonly (string Part, string Reason)[] _notRun =
    [
        ("GpuDevices.Register()", "needs a graphics card"),
        ("MpiWorkers.Start()", "needs MPI"),
    ];

    [Fact]
    public void TheProgramsOfTheDocumentsRun()
    {
        CodeBlock[] blocks = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "PACKAGE.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path)).Order().Prepend("docs/jobs/program.md").Prepend("README.md")
            .SelectMany(CodeBlock.Of)];
        Assert.NotEmpty(blocks);
        string folder = Create("programs");
        string[] usings = [.. blocks.SelectMany(block => block.Usings).Distinct()];
        string[] names = [.. blocks.Select((_, index) => $"Program{index}")];
        for (int i = 0; i < blocks.Length; i++)
        {
            File.WriteAllText(Path.Combine(folder, $"{names[i]}.cs"), blocks[i].ToClass(names[i], usings));
        }

        bool[] isRun = [.. blocks.Select(block => !_notRun.Any(not => block.Text.Contains(not.Part, StringComparison.Ordinal)))];
        File.WriteAllText(Path.Combine(folder, "Program.cs"), string.Concat(
            blocks.Select((_, i) => isRun[i] ? $"Console.WriteLine(\"\\n[{i}]\");\nawait {names[i]}.Run();\n" : "")));
        string project = Path.Combine(folder, "programs.csproj");
        File.WriteAllText(project, File.ReadAllText(project).Replace("</Project>", "<ItemGroup>\n" + string.Concat(
            Repository.Libraries
                .Select(id => $"  <PackageReference Include=\"{id}\" Version=\"{feed.Version}\" />\n")) + "</ItemGroup>\n</Project>",
            StringComparison.Ordinal));
        feed.Run(folder, "dotnet", "build", "-c", "Release", "-o", feed["programs-built"]).Require();

        string output = feed.Run(feed.WithModel, "dotnet", feed["programs-built/programs.dll"]).Require().Output;
        log.WriteLine($"{feed.TakeLog()}\n{output}");
        for (int i = 0; i < blocks.Length; i++)
        {
            log.WriteLine($"{blocks[i].Document}:{blocks[i].Line}: {(isRun[i] ? "ran" : "compiled")}");
            if (isRun[i] && blocks[i].Text.Contains("Console.Write", StringComparison.Ordinal))
            {
                string written = output.Split($"\n[{i}]", 2)[1];
                Assert.False(
                    string.IsNullOrWhiteSpace(Section().Split(written)[0]), $"{blocks[i].Document}:{blocks[i].Line} wrote nothing.");
            }
        }
    }

    [Fact]
    public void AnApplicationIsTrimmed()
    {
        string folder = CreateTrainer("trimmed");
        Publish(folder, "-p:PublishTrimmed=true", "-p:PublishSingleFile=true", "-p:TrimmerSingleWarn=false");
        RunTrainer(folder, "trimmed");
    }

    [Fact]
    public void AnApplicationIsCompiledAheadOfTime()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Native linkers are looked for on Linux only.");
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
                .Any(path => File.Exists(Path.Combine(path, "clang")) || File.Exists(Path.Combine(path, "gcc"))),
            "There is neither clang nor gcc here, which link what is compiled ahead of time.");
        string folder = CreateTrainer("native");
        Publish(folder, "-p:PublishAot=true", "-p:IlcInstructionSet=native", "-p:TrimmerSingleWarn=false");
        RunTrainer(folder, "native");
    }

    // The first line of what the next program writes.
    [GeneratedRegex(@"^\[\d+\]$", RegexOptions.Multiline)]
    private static partial Regex Section();

    private string Create(string name)
    {
        feed.Run(feed["."], "dotnet", "new", "console", "-o", name, "--no-restore").Require();
        return feed[name];
    }

    // The program of the library's package, with fewer steps.
    private string CreateTrainer(string name)
    {
        const string steps = "Steps = 30;";
        string folder = Create(name), program = Assert.Single(CodeBlock.Of($"src/{Library}/PACKAGE.md")).Text;
        Assert.Contains(steps, program, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program.Replace(steps, "Steps = 3;", StringComparison.Ordinal));
        feed.Run(folder, "dotnet", "package", "add", Library, "--version", feed.Version).Require();
        return folder;
    }

    // Warnings of the trimmer and the compiler are errors: the library says of itself that there are none.
    private void Publish(string folder, params string[] options) => feed.Run(folder, "dotnet", [
        "publish", "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-o", Path.Combine(folder, "published"), "-warnaserror",
        .. options,
    ]).Require();

    private void RunTrainer(string folder, string name)
    {
        string program = Path.Combine(folder, "published", OperatingSystem.IsWindows() ? $"{name}.exe" : name);
        string output = feed.Run(folder, program).Require().Output;
        Assert.Contains("3: ", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "out/first/last/model.safetensors")));
        log.WriteLine($"{program}: {new FileInfo(program).Length:N0} bytes\n{feed.TakeLog()}");
    }
}
