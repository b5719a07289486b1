using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Generation;

namespace ManagedTransformer.Cli.Views;

/// <summary>The output of <c>mt generate</c>.</summary>
internal static class GeneratedText
{
    /// <summary>Prints a text as it comes.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="pieces">The text.</param>
    /// <param name="prompt">What is printed before it: the prompt, and what separates it from another text.</param>
    /// <param name="tellsNotes">Whether to tell what the model did not see.</param>
    public static void Write(Terminal terminal, TextGeneration pieces, string prompt, bool tellsNotes)
    {
        int told = tellsNotes ? WriteNotes(terminal, pieces, 0) : 0;
        terminal.Output.Write(prompt);
        string last = prompt;
        try
        {
            foreach (string piece in pieces)
            {
                terminal.Output.Write(piece);
                terminal.Output.Flush();
                last = piece;
            }
        }
        catch (Exception e) when (e is not ReaderLeftException && last.Length > 0 && last[^1] != '\n')
        {
            // The failure is told on a line of its own.
            terminal.Output.WriteLine();
            throw;
        }

        if (tellsNotes)
        {
            WriteNotes(terminal, pieces, told);
        }
    }

    /// <summary>Prints a text as one JSON object.</summary>
    /// <exception cref="CutShortException">It failed behind the first token.</exception>
    /// <param name="terminal">Where to.</param>
    /// <param name="model">The model, which knows the texts of tokens.</param>
    /// <param name="generation">The text.</param>
    /// <param name="exits">Filled with the exits of its tokens while it is generated.</param>
    /// <param name="tellsProbabilities">Whether log-probabilities were asked for.</param>
    public static void WriteJson(
        Terminal terminal, LanguageModel model, TextGeneration generation, List<int> exits, bool tellsProbabilities)
    {
        exits.Clear();
        StringBuilder text = new();
        JsonArray probabilities = [];
        long start = Stopwatch.GetTimestamp();
        try
        {
            foreach (GenerationStep step in generation.Steps())
            {
                text.Append(step.Text);
                if (tellsProbabilities)
                {
                    JsonObject token = Token(model, step.Token, step.LogProbability!.Value);
                    token["top"] = new JsonArray([.. step.Likeliest.Select(likely => Token(model, likely.Token, likely.LogProbability))]);
                    probabilities.Add((JsonNode)token);
                }
            }
        }
        catch (Exception e) when (generation.Tokens > 0)
        {
            throw new CutShortException(Members(), e);
        }

        JsonOutput.Write(terminal.Output, Members());

        JsonObject Members()
        {
            JsonObject line = new()
            {
                ["prompt"] = generation.Prompt,
                ["text"] = text.ToString(),
                ["tokens"] = generation.Tokens,
                ["tokens_per_s"] = JsonOutput.Number(generation.Tokens / Stopwatch.GetElapsedTime(start).TotalSeconds),
                ["seed"] = generation.Seed,
                ["prompt_tokens"] = generation.PromptTokens,
            };
            if (generation.Finish is { } finish)
            {
                line["finish"] = Name(finish);
            }

            if (generation.StopString is { } stop)
            {
                line["stop_string"] = stop;
            }

            JsonOutput.AddNotes(line, generation.Notes);
            if (tellsProbabilities)
            {
                line["logprobs"] = probabilities;
            }

            if (exits.Count > 0)
            {
                line["exits"] = new JsonArray([.. exits.Select(exit => (JsonNode)exit)]);
                line["average_exit"] = JsonOutput.Number(exits.Average());
            }

            return line;
        }
    }

    /// <summary>Prints a text that a beam search found, as one JSON object.</summary>
    public static void WriteJson(Terminal terminal, TextHypothesis found, string prompt) => JsonOutput.Write(terminal.Output, new JsonObject
    {
        ["prompt"] = prompt,
        ["text"] = found.Text,
        ["tokens"] = found.Tokens.Count,
        ["score"] = JsonOutput.Number(found.Score),
        ["finish"] = Name(found.Finish),
    });

    private static JsonObject Token(LanguageModel model, int id, float logProbability) => new()
    {
        ["id"] = id,
        ["text"] = model.Tokenizer.Decode([id]),
        ["logprob"] = JsonOutput.Number(logProbability),
    };

    private static string Name(FinishReason finish) => finish switch
    {
        FinishReason.EndOfText => "end_of_text",
        FinishReason.StopToken => "stop_token",
        FinishReason.StopString => "stop_string",
        _ => "length",
    };

    // Standard output carries the text alone. What is known before it comes before it.
    private static int WriteNotes(Terminal terminal, TextGeneration text, int told)
    {
        string[] notes = [.. text.Notes];
        foreach (string note in notes[told..])
        {
            terminal.Error.WriteLine(note);
        }

        return notes.Length;
    }
}
