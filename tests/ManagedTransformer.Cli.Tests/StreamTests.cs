using System.Diagnostics;
using System.Text;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Standard streams of the built tool as a process: their encoding, closed ones, and readers that have left.</summary>
public sealed class StreamTests : IDisposable
{
    private const int ReaderLeft = 128 + 13;
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("C")]
    [InlineData("de_DE.ISO-8859-1")]
    [InlineData("ja_JP.SJIS")]
    public void StreamsAreUtf8InAnyLocale(string locale)
    {
        SkipOnWindows();
        TrainTranslation();
        File.WriteAllBytes(_work["plain.txt"], "für die straße\n"u8.ToArray());
        File.WriteAllBytes(_work["mark.txt"], [0xEF, 0xBB, 0xBF, .. "für die straße\r\n"u8]);
        File.WriteAllBytes(_work["latin.txt"], [.. "ein\n"u8, .. Encoding.Latin1.GetBytes("für die straße\n")]);
        string expected = Workspace.Run("translate", _work["model"], _work["plain.txt"]).Output;
        Assert.Contains('ü', expected);
        foreach (string file in (string[])["plain.txt", "mark.txt"])
        {
            Assert.Equal(expected, Shell($"LC_ALL={locale} $MT translate model < {file}").Output);
            Assert.Equal(expected, Shell($"LC_ALL={locale} $MT translate model {file}").Output);
        }

        Assert.Equal("Line 2 of standard input is not UTF-8.\n", Shell($"LC_ALL={locale} $MT translate model < latin.txt").Error);
        Assert.Equal("Line 2 of 'latin.txt' is not UTF-8.\n", Shell($"LC_ALL={locale} $MT translate model latin.txt").Error);
        Assert.Equal(1, Shell($"LC_ALL={locale} $MT eval nirgends/größe").ExitCode);
        Assert.Contains("nirgends/größe", Shell($"LC_ALL={locale} $MT eval nirgends/größe").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ClosedStreamsAreRefusedAtOnce()
    {
        SkipOnWindows();
        TrainTranslation();
        Assert.Equal(0, _work.Train("lm").ExitCode);
        Shell("$MT translate model <&-").AssertFails(1, "Standard input is closed");
        Shell("$MT generate lm --prompt - --tokens 2 <&-").AssertFails(1, "Standard input is closed");
        Assert.Equal(0, Shell("$MT eval lm <&-").ExitCode);
        foreach (string arguments in (string[])
            [
                "translate model recipe.json", "eval lm", "generate lm --prompt the --tokens 2", "info lm", "doctor", "--help", "--version",
                "train recipe.json --data text.txt --out closed", "average lm/best lm/last --out closed", "convert lm --out closed",
                "bench gemm", "nonsense",
            ])
        {
            Shell($"$MT {arguments} >&-").AssertFails(1, "Standard output is closed");
            Assert.False(Directory.Exists(_work["closed"]), arguments);
        }

        Assert.Equal("1\n", Shell("$MT eval nowhere 2>&-; echo $?").Output);
        Assert.Equal("", Shell("$MT eval lm <&- >&- 2>&-").Output);
        if (File.Exists("/dev/full"))
        {
            Shell("$MT info lm > /dev/full").AssertFails(1, "Standard output cannot be written");
        }
    }

    [Fact]
    public void AReaderThatHasLeftEndsTheRun()
    {
        SkipOnWindows();
        TrainTranslation();
        Assert.Equal(0, _work.Train("lm").ExitCode);
        File.WriteAllText(_work["many.txt"], string.Concat(Enumerable.Repeat("für die straße und das haus\n", 200_000)));
        AssertLeaves("translate model many.txt");
        AssertLeaves("translate model --json < many.txt");
        AssertLeaves("generate lm --prompt the --tokens 100000000", "head -c 20");
        AssertLeaves("info lm");
        AssertLeaves("--help");
        AssertLeaves("doctor", "true");
        AssertLeaves("eval lm", "true");
    }

    [Fact]
    public void ATrainingWhoseReaderHasLeftIsSaved()
    {
        SkipOnWindows();
        AssertLeaves("train recipe.json --data text.txt --out cut --steps 10000000");
        Assert.True(File.Exists(_work["cut/last/trainer.json"]));
        Assert.Equal(0, Workspace.Run("eval", _work["cut/last"]).ExitCode);
    }

    [Fact]
    public void OutputsThatShareAFileFollowEachOther()
    {
        SkipOnWindows();
        Assert.Equal(0, Shell("(echo first; $MT --version; echo last) > shared.txt").ExitCode);
        string[] lines = File.ReadAllLines(_work["shared.txt"]);
        Assert.Equal(("first", "last", 3), (lines[0], lines[^1], lines.Length));
    }

    private static void SkipOnWindows() => Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no Unix shell on Windows.");

    private void AssertLeaves(string arguments, string reader = "head -1")
    {
        string[] parts = arguments.Split(" < ");
        string input = parts.Length > 1 ? $"< {parts[1]}" : "";
        long start = Stopwatch.GetTimestamp();
        ToolResult result = Shell($"($MT {parts[0]} {input}; echo code $? >&2) | {reader}");
        Assert.Equal($"code {ReaderLeft}\n", result.Error);
        Assert.True(Stopwatch.GetElapsedTime(start) < _soon, arguments);
    }

    private ToolResult Shell(string script)
    {
        ProcessStartInfo start = new("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Path.GetDirectoryName(_work["x"]),
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        start.Environment["MT"] = $"dotnet {typeof(CommandLine).Assembly.Location}";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolResult(process.ExitCode, output, error.Result);
    }

    // A few steps are enough: what matters is that characters beyond ASCII come out as they went in.
    private void TrainTranslation()
    {
        _work.Write("pairs.tsv", string.Concat(Enumerable.Repeat("für die straße\tfür\nein\tü\n", 10)));
        _work.Write("translation.json", Workspace.TranslationRecipe);
        ToolResult trained = Workspace.Run("train", _work["translation.json"], "--data", _work["pairs.tsv"], "--out", _work["model"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
    }
}
