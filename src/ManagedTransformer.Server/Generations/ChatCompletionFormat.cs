using System.Text.Json;
using ManagedTransformer.Generation;
using ManagedTransformer.Server.Models;

namespace ManagedTransformer.Server.Generations;

/// <summary>The form of <c>/v1/chat/completions</c>.</summary>
/// <param name="model">The model, which knows the texts of tokens.</param>
/// <param name="tellsProbabilities">Whether log-probabilities are asked for.</param>
internal sealed class ChatCompletionFormat(ServedLanguageModel model, bool tellsProbabilities) : ICompletionFormat
{
    /// <inheritdoc/>
    public string Kind => "chat.completion";

    /// <inheritdoc/>
    public string PieceKind => "chat.completion.chunk";

    /// <inheritdoc/>
    public string Prefix => "chatcmpl-";

    /// <inheritdoc/>
    public bool HasBeginning => true;

    /// <inheritdoc/>
    public void WriteBeginning(Utf8JsonWriter json, TextChoice choice)
    {
        json.WriteStartObject("delta");
        json.WriteString("role", "assistant");
        json.WriteString("content", "");
        json.WriteEndObject();
        json.WriteNull("logprobs");
    }

    /// <inheritdoc/>
    public void WritePiece(Utf8JsonWriter json, TextChoice choice, GenerationStep step)
    {
        json.WriteStartObject("delta");
        if (step.Text.Length > 0)
        {
            json.WriteString("content", step.Text);
        }

        json.WriteEndObject();
        WriteProbabilities(json, step.IsEnd ? [] : [step]);
    }

    /// <inheritdoc/>
    public void WriteWhole(Utf8JsonWriter json, TextChoice choice)
    {
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", choice.Text.ToString());
        json.WriteNull("refusal");
        json.WriteEndObject();
        WriteProbabilities(json, choice.Steps);
    }

    private void WriteProbabilities(Utf8JsonWriter json, IReadOnlyList<GenerationStep> steps)
    {
        if (tellsProbabilities)
        {
            TokenProbabilities.Write(json, model, steps);
        }
        else
        {
            json.WriteNull("logprobs");
        }
    }
}
