using System.CommandLine;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Generation;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt generate</c></summary>
internal static class GenerateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelArgument.CreateLanguage();
        PromptOptionSet prompts = new();
        GenerationOptionSet generation = new();
        Option<int?> samples = CommonOptions.Positive("--samples", "How many texts to write, one after the other (default: 1).");
        Option<string?> separator = new("--separator")
        {
            Description = "What stands between two of several texts, for instance the token that ends a text (default: an empty line).",
            HelpName = "TEXT",
        };
        Option<int?> beams = CommonOptions.Positive(
            "--beams", "Search the likeliest text with so many hypotheses (beam search) in place of drawing tokens; 1 is greedy.");
        Option<float?> lengthPenalty = CommonOptions.Real(
            "--length-penalty",
            "With --beams: scores are divided by length to this power (default: 1); above 1 favours long texts.",
            _ => true,
            "");
        Option<int?> best = CommonOptions.Positive("--n-best", "With --beams: print so many of the texts found, best first (default: 1).");
        Option<DType?> weights = CommonOptions.Weights();
        AdapterOptionSet adapters = new();
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("generate",
            "Continues a text, printing it as it comes.",
            "mt generate out/stories --prompt \"Once upon a time \" --tokens 300 --temperature 0.8",
            "mt generate gpt2 --prompt \"Once upon a time\" --tokens 50 --weights bf16",
            "mt generate SmolLM2-135M --adapter out/lora --prompt \"Once upon a time\" --tokens 50",
            "mt generate Qwen3-0.6B --recommended --chat --prompt \"What is a transformer?\" --tokens 200",
            "mt generate SmolLM2-135M-Instruct --chat --prompt \"What is a transformer?\" --tokens 200 --min-p 0.1",
            "mt generate gpt2 --prompt \"The weather\" --tokens 60 --repetition-penalty 1.2 --stop-string \".\" --logprobs 3 --json",
            "mt generate gpt2 --prompt \"The capital of France is\" --tokens 10 --beams 5 --n-best 3",
            "mt generate out/stories --prompt - --tokens 100 --top-k 20 --seed 7 < start.txt",
            "mt generate stories260k --tokens 512 --stop-token 1 --samples 20 --separator \"<s>\" > stories.txt")
        { model };
        prompts.AddTo(command);
        generation.AddTo(command);
        foreach (Option option in (Option[])
        [
            samples, separator, beams, lengthPenalty, best, weights, threads, DeviceOption.Create(), DeviceOption.Precision(), json,
        ])
        {
            command.Options.Add(option);
        }

        adapters.AddTo(command);
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            int? width = result.GetValue(beams);
            bool isJson = result.GetValue(json);
            int count = result.GetValue(samples) ?? 1, kept = result.GetValue(best) ?? 1;
            (string text, IReadOnlyList<ChatMessage>? messages) = prompts.Read(result, terminal);
            if (width is null)
            {
                CommonOptions.Refuse(result, "applies with --beams", lengthPenalty, best);
            }
            else
            {
                CommonOptions.Refuse(
                    result, "has no part in a beam search (--beams)", [.. generation.Drawing, .. generation.Stepwise, samples]);
                if (kept > width)
                {
                    throw new UsageException($"--n-best is {kept}; {width} beams find at most {width} texts.");
                }
            }

            if (!isJson)
            {
                CommonOptions.Refuse(result, "prints with --json only", generation.LogProbabilities);
            }

            if (Math.Max(count, kept) == 1 || isJson)
            {
                CommonOptions.Refuse(result, "stands between several texts (--samples, --n-best) that are not --json", separator);
            }

            if (generation.Seed is var seed && result.GetValue(seed) is { } first && (ulong)(count - 1) > ulong.MaxValue - first)
            {
                throw new UsageException(
                    $"{seed.Name} is {first}, and the {count} texts of --samples count it up beyond {ulong.MaxValue}.");
            }

            LanguageModel loaded = LanguageModel.Load(result.GetRequiredValue(model), result.GetValue(weights), adapters.Read(result));
            RecommendedGeneration? recommended = Recommended(loaded, generation.IsRecommended(result), terminal);
            GenerationOptions options = generation.Read(result, loaded, recommended);
            if (messages is null && text.Length == 0 && loaded.Tokenizer.Encode(text).Length == 0)
            {
                throw new UsageException("--prompt is needed: the model's tokenizer has no token that begins a text.");
            }

            if (width is null && recommended is not null && generation.Advice(result, recommended) is { } advice)
            {
                terminal.Error.WriteLine(advice);
            }

            string between = result.GetValue(separator) ?? Environment.NewLine + Environment.NewLine;
            if (width is { } hypotheses)
            {
                Search(terminal, loaded, (text, messages), options, hypotheses, result.GetValue(lengthPenalty) ?? 1, kept,
                    isJson ? null : between);
            }
            else
            {
                Sample(terminal, loaded, (text, messages), options, count, isJson ? null : between);
            }
        });
        return command;
    }

    // Advice that nobody has asked for, and that is wrong, stops nobody.
    private static RecommendedGeneration? Recommended(LanguageModel model, bool isWanted, Terminal terminal)
    {
        try
        {
            return model.Folder is { } folder ? RecommendedGeneration.Read(folder) : null;
        }
        catch (InputException e) when (!isWanted)
        {
            terminal.Error.WriteLine(e.Message);
            return null;
        }
    }

    // A separator means text, none JSON.
    private static void Sample(Terminal terminal, LanguageModel model, (string Text, IReadOnlyList<ChatMessage>? Messages) prompt,
        GenerationOptions options, int count, string? separator)
    {
        List<int> exits = [];
        options = separator is null ? options with { ExitObserver = exits.Add } : options;
        for (int i = 0; i < count; i++)
        {
            GenerationOptions sample = options with { Seed = options.Seed + (ulong)i };
            TextGeneration text = prompt.Messages is null ? model.Generate(prompt.Text, sample) : model.Generate(prompt.Messages, sample);
            if (separator is null)
            {
                GeneratedText.WriteJson(terminal, model, text, exits, options.LogProbabilities is not null);
            }
            else
            {
                GeneratedText.Write(terminal, text, (i == 0 ? "" : separator) + prompt.Text, tellsNotes: i == 0);
            }
        }

        if (separator is not null)
        {
            terminal.Output.WriteLine();
        }
    }

    private static void Search(Terminal terminal, LanguageModel model, (string Text, IReadOnlyList<ChatMessage>? Messages) prompt,
        GenerationOptions options, int beams, float lengthPenalty, int best, string? separator)
    {
        double penalty = CommonOptions.Exactly(lengthPenalty);
        IReadOnlyList<TextHypothesis> found = prompt.Messages is null
            ? model.Search(prompt.Text, options, beams, penalty)
            : model.Search(prompt.Messages, options, beams, penalty);
        string between = "", written = separator is null && prompt.Messages is { } messages
            ? model.Generate(messages, options).Prompt // Not begun; it knows what the template makes of the messages.
            : prompt.Text;
        foreach (TextHypothesis hypothesis in found.Take(best))
        {
            if (separator is null)
            {
                GeneratedText.WriteJson(terminal, hypothesis, written);
            }
            else
            {
                terminal.Output.Write(between + written + hypothesis.Text);
                between = separator;
            }
        }

        if (separator is not null)
        {
            terminal.Output.WriteLine();
        }
    }
}
