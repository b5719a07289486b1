using ManagedTransformer.Cli.Terminals;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>Wrong usage: exit code 2 and one sentence.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("", "command")]
    [InlineData("tarin", "tarin")]
    [InlineData("train", "RECIPE")]
    [InlineData("train stories --epochs 3", "--epochs")]
    [InlineData("train stories --steps 0", "--steps")]
    [InlineData("train stories --steps -5", "--steps")]
    [InlineData("train stories --steps many", "'many'")]
    [InlineData("train stories --steps 99999999999999999999", "--steps")]
    [InlineData("train stories --seed -1", "--seed")]
    [InlineData("train stories --threads 0", "--threads")]
    [InlineData("train stories --device tpu", "tpu")]
    [InlineData("train stories --out", "--out")]
    [InlineData("eval", "MODEL_DIR")]
    [InlineData("eval out --split dev", "dev")]
    [InlineData("eval out --context-window -1", "--context-window")]
    [InlineData("generate out --prompt a", "--tokens")]
    [InlineData("generate out --prompt a --tokens 5 --weights f16", "--weights knows f32, bf16, int8 and int4, not 'f16'")]
    [InlineData("translate out --too-long maybe", "--too-long knows error, skip and empty, not 'maybe'")]
    [InlineData("convert out --out new --to none", "--to knows transformer, gpt2")]
    [InlineData("generate out --prompt a --tokens 0", "--tokens")]
    [InlineData("generate out --prompt a --tokens 5 --temperature -1", "--temperature")]
    [InlineData("generate out --prompt a --tokens 5 --temperature NaN", "--temperature")]
    [InlineData("generate out --prompt a --tokens 5 --top-k -1", "--top-k")]
    [InlineData("generate out --prompt a --tokens 5 --top-p 0", "--top-p")]
    [InlineData("generate out --prompt a --tokens 5 --top-p 1.5", "--top-p")]
    [InlineData("info", "RECIPE")]
    [InlineData("info a b", "'b'")]
    [InlineData("convert out", "--out")]
    [InlineData("convert --out new", "SOURCE")]
    [InlineData("convert out --out new --to mamba", "mamba")]
    [InlineData("train stories --init", "--init")]
    [InlineData("bench", "command")]
    [InlineData("bench gemm --shapes 1,2", "--shapes")]
    [InlineData("bench gemm --shapes 1,0,3", "--shapes")]
    [InlineData("bench gemm --shapes ;", "--shapes")]
    [InlineData("bench gemm --transposes nx", "nx")]
    [InlineData("bench train --layers 1 --dim 8 --heads 2 --seq 8 --batch 1", "--vocab")]
    [InlineData("bench train --layers 0 --dim 8 --heads 2 --seq 8 --batch 1 --vocab 8", "--layers")]
    [InlineData("bench train --recipe stories --profile --card h300", "h300")]
    [InlineData("bench train --recipe stories --profile --replay", "--replay")]
    [InlineData("bench train --recipe stories --card h200", "--profile")]
    [InlineData("bench generate --lengths 8", "--recipe")]
    [InlineData("bench generate --recipe stories --lengths 8,-1", "--lengths")]
    public void IsOneSentenceAndExitCode2(string arguments, string mention) =>
        Workspace.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).AssertFails(CommandLine.WrongUsage, mention, "--help");

    [Theory]
    [InlineData("--help", "mt train stories")]
    [InlineData("train --help", "mt train stories --steps 3000 --resume")]
    [InlineData("eval --help", "--context-window")]
    [InlineData("generate --help", "--top-p")]
    [InlineData("info --help", "safetensors")]
    [InlineData("convert --help", "transformer|gpt2")]
    [InlineData("train --help", "--init")]
    [InlineData("bench --help", "mt bench gemm")]
    [InlineData("bench train --help", "--vocab")]
    [InlineData("bench train --help", "--profile")]
    [InlineData("doctor --help", "--json")]
    [InlineData("doctor --help", "--bandwidth")]
    public void HelpShowsOptionsAndExamples(string arguments, string mention)
    {
        ToolResult result = Workspace.Run(arguments.Split(' '));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(mention, result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void HelpBreaksLinesAtTheWindowsWidthAndLosesNoWord()
    {
        const int width = 80;
        string narrow = Help(width), wide = Help(int.MaxValue);
        string table = narrow[narrow.IndexOf("Arguments:", StringComparison.Ordinal)..narrow.IndexOf("Examples:",
            StringComparison.Ordinal)];
        Assert.All(table.Split('\n'), line => Assert.True(line.TrimEnd('\r').Length <= width, line));
        Assert.True(narrow.Split('\n').Length > wide.Split('\n').Length);
        Assert.Equal(wide.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries),
            narrow.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));

        static string Help(int width)
        {
            using StringWriter output = new();
            Terminal terminal = new(Stream.Null, output, TextWriter.Null) { OutputWidth = width };
            Assert.Equal(CommandLine.Done, CommandLine.Run(["train", "--help"], terminal));
            return output.ToString();
        }
    }

    [Fact]
    public void HelpNamesAncestorsOptionalArgumentsAndDefaults()
    {
        Assert.Contains("mt bench train [options]", Workspace.Run("bench", "train", "--help").Output, StringComparison.Ordinal);
        Assert.Contains("mt translate <MODEL_DIR> [<FILE>] [options]", Workspace.Run("translate", "-h").Output, StringComparison.Ordinal);
        Assert.Contains("mt average <MODEL_DIR>... [options]", Workspace.Run("average", "-?").Output, StringComparison.Ordinal);
        string convert = Workspace.Run("convert", "--help").Output;
        Assert.Contains("--out <DIR> (REQUIRED)", convert, StringComparison.Ordinal);
        Assert.Contains("[default: transformer]", convert, StringComparison.Ordinal);
    }

    [Fact]
    public void VersionIsANumber() => Assert.Matches(@"^\d+\.\d+", Workspace.Run("--version").Output);
}
