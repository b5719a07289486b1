using System.CommandLine;
using ManagedTransformer.Cli.Terminals;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt bench</c></summary>
internal static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal) => new ExampleCommand("bench",
            "Measures speed and memory on this machine.",
            "mt bench gemm",
            "mt bench train --layers 4 --dim 128 --heads 4 --seq 128 --batch 8 --vocab 256",
            "mt bench generate --recipe stories --lengths 128,1024",
            "mt bench memory --slots 65536,1048576",
            "mt bench tokenize --tokenizer qwen3 --data text.txt",
            "mt bench compare --second gpu",
            "mt bench scale")
    {
        BenchGemmCommand.Create(terminal),
        BenchTrainCommand.Create(terminal),
        BenchGenerateCommand.Create(terminal),
        BenchMemoryCommand.Create(terminal),
        BenchTokenizeCommand.Create(terminal),
        BenchCompareCommand.Create(terminal),
        BenchScaleCommand.Create(terminal),
    };
}
