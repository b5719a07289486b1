using System.Diagnostics;
using System.Text;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Cli.Tests;

/// <summary>A folder for the files of one test, and the tool run in it.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-cli-");

    /// <summary>A recipe of a model that trains within a second.</summary>
    public const string TinyRecipe = """
        {
          "architecture": "transformer_lm",
          "model": { "dim": 16, "layers": 1, "heads": 2, "positions": "learned", "max_positions": 16, "dropout": 0.1 },
          "data": { "validation_fraction": 0.1 },
          "training": {
            "steps": 20, "batch": 2, "context": 16, "evaluate_every": 10, "log_every": 5, "sample_prompt": "the ", "sample_tokens": 10,
            "optimizer": { "type": "adamw" }
          }
        }
        """;

    /// <summary>A recipe of a translation model that trains within a second.</summary>
    public const string TranslationRecipe = """
        {
          "architecture": "transformer_seq2seq",
          "model": {
            "dim": 16, "heads": 2, "ffn": 32, "encoder_layers": 1, "decoder_layers": 1, "pre_norm": true, "max_positions": 12, "dropout": 0
          },
          "tokenizer": { "type": "word" },
          "training": {
            "steps": 60, "max_tokens": 60, "evaluate_every": 20, "log_every": 20, "evaluate_bleu": 2,
            "optimizer": { "type": "adam" }, "schedule": { "type": "inverse_sqrt", "lr": 1e-2, "warmup": 10 }
          }
        }
        """;

    /// <summary>A recipe with learnt spans, persistent vectors and an adaptive vocabulary.</summary>
    public const string SpanRecipe = """
        {
          "architecture": "transformer_lm",
          "model": {
            "vocab": 60, "dim": 16, "layers": 2, "heads": 2, "ffn": 0, "attention": "adaptive_span", "persistent": 4,
            "span": { "limit": 24, "ramp": 4, "initial": 0.25, "penalty": 1e-4 },
            "positions": "relative", "pre_norm": false, "bias": false, "adaptive": { "cutoffs": [10, 20], "div": 2 }, "init": "fan_in"
          },
          "training": {
            "steps": 8, "batch": 2, "context": 16, "sampling": "stream", "evaluate_every": 4, "log_every": 4, "evaluate_tokens": 500,
            "optimizer": { "type": "adagrad", "clip_norm": 0.03 }
          }
        }
        """;

    public Workspace()
    {
        Write("recipe.json", TinyRecipe);
        Write("text.txt", string.Concat(Enumerable.Range(0, 150).Select(i => $"the cat number {i * 7919 % 100} sat on the mat.\n")));
    }

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public string Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        return this[name];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Runs the tool in this process.</summary>
    public static ToolResult Run(params string[] arguments) => RunWithInput("", arguments);

    /// <summary>Runs the tool in this process with something on standard input.</summary>
    public static ToolResult RunWithInput(string input, params string[] arguments) =>
        RunWithInput(Encoding.UTF8.GetBytes(input), arguments);

    /// <summary>Runs the tool in this process with bytes on standard input.</summary>
    public static ToolResult RunWithInput(byte[] input, params string[] arguments)
    {
        int threads = CpuThreads.Count;
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = CommandLine.Run(arguments, new Terminal(new MemoryStream(input), output, error));
        CpuThreads.Count = threads;
        return new ToolResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Trains the tiny recipe on the text, in this process.</summary>
    public ToolResult Train(string output, params string[] more) =>
        Run(["train", this["recipe.json"], "--data", this["text.txt"], "--out", this[output], .. more]);

    /// <summary>Starts the built tool as a process of its own.</summary>
    public Process Start(params string[] arguments) =>
        Start(new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, .. arguments]));

    /// <summary>Runs the built tool as a process of its own.</summary>
    public ToolResult RunProcess(params string[] arguments) => Run(Start(arguments));

    /// <summary>Runs a program in the folder.</summary>
    public ToolResult Run(ProcessStartInfo start) => Run(Start(start));

    /// <summary>Starts a program in the folder.</summary>
    public Process Begin(ProcessStartInfo start) => Start(start);

    private static ToolResult Run(Process started)
    {
        using Process process = started;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolResult(process.ExitCode, output, error.Result);
    }

    private Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.WorkingDirectory = _folder.FullName;
        return Process.Start(start)!;
    }

    /// <summary>The weights and the optimiser's state of a run's last checkpoint.</summary>
    public (byte[] Weights, byte[] Optimizer) LastCheckpoint(string output) =>
        (File.ReadAllBytes(this[$"{output}/last/model.safetensors"]), File.ReadAllBytes(this[$"{output}/last/optimizer.safetensors"]));
}
