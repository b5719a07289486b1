using System.Buffers;
using System.Text.Json;
using ManagedTransformer.Generation;
using ManagedTransformer.Server.Models;

namespace ManagedTransformer.Server.Generations;

/// <summary>Tokens with their log-probabilities, as <c>/v1/chat/completions</c> tells them.</summary>
internal static class TokenProbabilities
{
    // What OpenAI's API gives where a probability is 0, which JSON has no logarithm of.
    private const float Impossible = -9999;

    /// <summary>Writes the member <c>logprobs</c>.</summary>
    /// <param name="json">Inside a choice.</param>
    /// <param name="model">The model.</param>
    /// <param name="steps">The steps.</param>
    public static void Write(Utf8JsonWriter json, ServedLanguageModel model, IReadOnlyList<GenerationStep> steps)
    {
        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (GenerationStep step in steps)
        {
            json.WriteStartObject();
            WriteToken(json, model, step.Token, step.LogProbability!.Value);
            json.WriteStartArray("top_logprobs");
            foreach (TokenLogProbability likely in step.Likeliest)
            {
                json.WriteStartObject();
                WriteToken(json, model, likely.Token, likely.LogProbability);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }

    /// <summary>Writes a log-probability.</summary>
    public static void WriteNumber(Utf8JsonWriter json, float value) => json.WriteNumberValue(float.IsFinite(value) ? value : Impossible);

    private static void WriteToken(Utf8JsonWriter json, ServedLanguageModel model, int token, float logProbability)
    {
        json.WriteString("token", model.TextOf(token));
        json.WritePropertyName("logprob");
        WriteNumber(json, logProbability);
        ArrayBufferWriter<byte> bytes = new();
        model.Model.Tokenizer.AppendUtf8(token, -1, bytes);
        json.WriteStartArray("bytes");
        foreach (byte value in bytes.WrittenSpan)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
