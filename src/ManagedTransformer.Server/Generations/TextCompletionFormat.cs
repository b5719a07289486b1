using System.Text.Json;
using ManagedTransformer.Generation;
using ManagedTransformer.Server.Models;

namespace ManagedTransformer.Server.Generations;

/// <summary>The form of <c>/v1/completions</c>.</summary>
/// <param name="model">The model, which knows the texts of tokens.</param>
/// <param name="echoes">Whether the prompt stands before the new text.</param>
/// <param name="tellsProbabilities">Whether log-probabilities are asked for.</param>
internal sealed class TextCompletionFormat(ServedLanguageModel model, bool echoes, bool tellsProbabilities) : ICompletionFormat
{
    /// <inheritdoc/>
    public string Kind => "text_completion";

    /// <inheritdoc/>
    public string PieceKind => Kind;

    /// <inheritdoc/>
    public string Prefix => "cmpl-";

    /// <inheritdoc/>
    public bool HasBeginning => echoes;

    /// <inheritdoc/>
    public void WriteBeginning(Utf8JsonWriter json, TextChoice choice)
    {
        json.WriteString("text", choice.Prompt);
        json.WriteNull("logprobs");
    }

    /// <inheritdoc/>
    public void WritePiece(Utf8JsonWriter json, TextChoice choice, GenerationStep step)
    {
        json.WriteString("text", step.Text);
        Write(json, step.IsEnd ? [] : [step], choice.Text.Length);
    }

    /// <inheritdoc/>
    public void WriteWhole(Utf8JsonWriter json, TextChoice choice)
    {
        json.WriteString("text", (echoes ? choice.Prompt : "") + choice.Text);
        Write(json, choice.Steps, 0);
    }

    private void Write(Utf8JsonWriter json, IReadOnlyList<GenerationStep> steps, int offset)
    {
        if (!tellsProbabilities)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        foreach (GenerationStep step in steps)
        {
            json.WriteStringValue(model.TextOf(step.Token));
        }

        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (GenerationStep step in steps)
        {
            TokenProbabilities.WriteNumber(json, step.LogProbability!.Value);
        }

        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (GenerationStep step in steps)
        {
            WriteLikeliest(json, step);
        }

        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (GenerationStep step in steps)
        {
            json.WriteNumberValue(offset);
            offset += step.Text.Length;
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Tokens of the same text, such as parts of a character, would be the same member: the likeliest stays.
    private void WriteLikeliest(Utf8JsonWriter json, GenerationStep step)
    {
        json.WriteStartObject();
        HashSet<string> written = [];
        foreach (TokenLogProbability likely in step.Likeliest.Append(new TokenLogProbability(step.Token, step.LogProbability!.Value)))
        {
            if (written.Add(model.TextOf(likely.Token)))
            {
                json.WritePropertyName(model.TextOf(likely.Token));
                TokenProbabilities.WriteNumber(json, likely.LogProbability);
            }
        }

        json.WriteEndObject();
    }
}
