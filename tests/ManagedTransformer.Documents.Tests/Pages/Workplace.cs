using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Documents.Tests.Commands;
using ManagedTransformer.Documents.Tests.Programs;
using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Documents.Tests.Pages;

/// <summary>
/// The folder that a page is run in. Pages speak of files that a reader has: texts, sentence pairs, models of other pages and of other
/// programs. Small ones of these names lie in it.
/// </summary>
internal sealed class Workplace : IDisposable
{
    private const int Sentences = 60;

    private static readonly string[] _nouns = ["dog", "house", "tree", "bird"];
    private static readonly Lazy<DirectoryInfo> _equipment = new(Equip);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mt-page-");
    private readonly string _before = Environment.CurrentDirectory;

    public Workplace()
        : this(_equipment.Value)
    {
    }

    private Workplace(DirectoryInfo? equipment)
    {
        if (equipment is not null)
        {
            Copy(equipment.FullName, _folder.FullName);
        }

        Environment.CurrentDirectory = _folder.FullName;
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The sentence of its failure; null where it did what was asked.</returns>
    public static string? Run(ShellLine line)
    {
        byte[] piped = [];
        foreach (ShellStage stage in line.Stages)
        {
            if (stage.ToolArguments is not { } arguments)
            {
                piped = stage.Words is ["echo", ..] ? Encoding.UTF8.GetBytes(string.Join(' ', stage.Words.Skip(1)) + '\n')
                    : stage.Words is ["cat", var file] ? File.ReadAllBytes(file)
                    : throw new NotSupportedException($"{line.Place}: '{stage.Words[0]}' cannot be run here.");
                continue;
            }

            using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
            MemoryStream input = new(stage.Input is { } path ? File.ReadAllBytes(path) : piped);
            int threads = CpuThreads.Count;
            int code = CommandLine.Run(arguments, new Terminal(input, output, error));
            CpuThreads.Count = threads;
            if (code != CommandLine.Done)
            {
                return $"exit code {code}: {error}";
            }

            piped = Encoding.UTF8.GetBytes(output.ToString());
            if (stage.Output is { } target)
            {
                File.WriteAllBytes(target, piped);
            }
        }

        return null;
    }

    /// <summary>Runs a program.</summary>
    /// <param name="program">The program.</param>
    /// <returns>What stopped it; null where it came to its end.</returns>
    public static string? Run(PageProgram program)
    {
        try
        {
            program.Run(ShortRecipes.Use);
            return null;
        }
#pragma warning disable CA1031 // Whatever a program throws is told, with the page.
        catch (Exception e)
        {
            return (e.InnerException ?? e).ToString();
        }
#pragma warning restore CA1031
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Delete(recursive: true);
    }

    private static DirectoryInfo Equip()
    {
        using Workplace work = new(equipment: null);
        ShortRecipes.Write(work._folder.FullName);
        WriteTexts();
        WritePairs();
        CopyCheckpoints();
        Train("mt train stories");
        Train("mt train translation-toy");
        Train("mt train finetune-lora --init out/stories --data builtin:stories --out out/lora");

        // Models of other programs: a Llama and a GPT-2, as this tool writes them.
        WithTokens("llama-stories", "llama");
        Train("mt train models/llama.json --data input.txt --out llama");
        foreach (string name in new[] { "SmolLM2-135M", "tinyllama", "stories260k" })
        {
            Train($"mt convert llama --to llama --out {name}");
        }

        foreach (string name in new[] { "SmolLM2-135M-Instruct", "Qwen3-0.6B" })
        {
            Train($"mt convert llama --to llama --out {name}");
            File.WriteAllText($"{name}/chat_template.jinja", "{% for message in messages %}{{ message['content'] }} {% endfor %}");
        }

        File.WriteAllText("Qwen3-0.6B/generation_config.json", """{ "do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95 }""");

        WithTokens("finetune", "base");
        Train("mt train models/base.json --data input.txt --out base");
        Train("mt convert base --to gpt2 --out gpt2");
        Train("mt train-tokenizer input.txt --type bpe --vocab 300 --out tokenizer.json");
        Directory.Delete("llama", recursive: true);
        Directory.Delete("base", recursive: true);

        DirectoryInfo equipment = Directory.CreateTempSubdirectory("mt-pages-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => equipment.Delete(recursive: true);
        Copy(work._folder.FullName, equipment.FullName);
        return equipment;

        static void Train(string command)
        {
            if (Run(ShellLine.Parse("what pages need", command)) is { } failure)
            {
                throw new InvalidOperationException($"{command}: {failure}");
            }
        }
    }

    // As the recipe, with tokens of bytes and room for a longer text.
    private static void WithTokens(string recipe, string name)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText($"models/{recipe}.json"))!;
        json["tokenizer"] = new JsonObject { ["type"] = "bpe", ["vocab"] = 300 };
        json["model"]!["max_positions"] = 512;
        json["training"]!.AsObject().Remove("sample_prompt");
        File.WriteAllText($"models/{name}.json", json.ToJsonString());
    }

    private static void WriteTexts()
    {
        // With the letters of the stories, which their tokenizer knows.
        string text = string.Concat(Enumerable.Range(0, Sentences).Select(i =>
            $"Once upon a time there was a {_nouns[i % 4]}. The {_nouns[i / 4 % 4]} was big and the {_nouns[i * 7 % 4]} was small.\n"));
        File.WriteAllText("input.txt", text);
        File.WriteAllText("stories.txt", text);
        File.WriteAllText("lines.txt", "Once upon a time\nThe dog was big.\n");
        File.WriteAllText("start.txt", "Once upon a time");
    }

    private static void WritePairs()
    {
        string[] german = ["hund", "haus", "baum", "vogel"];
        string source = string.Concat(Enumerable.Range(0, Sentences).Select(i => $"der {german[i % 4]} sieht den {german[i / 4 % 4]} .\n"));
        string target = string.Concat(Enumerable.Range(0, Sentences).Select(i => $"the {_nouns[i % 4]} sees the {_nouns[i / 4 % 4]} .\n"));
        Compress("train.de.gz", source);
        Compress("train.en.gz", target);
        foreach (string set in new[] { "val", "test" })
        {
            File.WriteAllText($"{set}.de", FirstLines(source));
            File.WriteAllText($"{set}.en", FirstLines(target));
        }

        File.WriteAllText("sentences.de", FirstLines(source));

        static string FirstLines(string text) => string.Join('\n', text.Split('\n')[..6]) + '\n';

        static void Compress(string path, string text)
        {
            using GZipStream file = new(File.Create(path), CompressionLevel.Fastest);
            file.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    // Files that PyTorch wrote, with their vocabularies.
    private static void CopyCheckpoints()
    {
        string cases = Path.Combine(Repository.Root, "tests", "cases", "torch_checkpoints");
        File.Copy(Path.Combine(cases, "plain_tensors_zip.pt"), "model.pt");
        File.Copy(Path.Combine(cases, "fairseq012_translation_cfg_zip.pt"), "checkpoint_best.pt");
        Copy(Path.Combine(cases, "fairseq012_translation_cfg_zip.data"), "data-bin");
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
