using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using ManagedTransformer.Generation;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Requests;
using ManagedTransformer.Server.Responses;

namespace ManagedTransformer.Server.Endpoints;

/// <summary><c>POST /v1/embeddings</c>: a vector of length 1 for each text.</summary>
/// <param name="models">The models.</param>
/// <param name="options">Limits.</param>
internal sealed class EmbeddingsEndpoint(ServedModels models, ServerOptions options) : IEndpoint
{
    /// <inheritdoc/>
    public string Path => "/v1/embeddings";

    /// <inheritdoc/>
    public string Method => HttpMethods.Post;

    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation)
    {
        ServedLanguageModel model;
        List<int[]> texts;
        TextPooling pooling;
        bool isBase64;
        using (RequestBody body = await RequestBody.ReadAsync(context, options.MaxBodyBytes, cancellation))
        {
            model = models.Require<ServedLanguageModel>(body, "embed texts");
            measurements.Model = model.Name;
            texts = Texts(body, model);
            pooling = Choice(body, "pooling", "mean", "last") == "last" ? TextPooling.Last : TextPooling.Mean;
            isBase64 = Choice(body, "encoding_format", "float", "base64") == "base64";
            int width = model.Model.EmbeddingWidth;
            if (body.Integer("dimensions", 1, int.MaxValue) is { } dimensions && dimensions != width)
            {
                throw RequestException.Unsupported("dimensions", $"must be {width}, the width of the model's states");
            }

            body.RequireNothingElse("user");
        }

        measurements.PromptTokens = texts.Sum(text => (long)text.Length);
        float[][] vectors = await model.Line.RunAsync(() => Embed(model.Model, texts, pooling, cancellation), cancellation);
        await JsonResponse.WriteAsync(context, json => Write(json, model.Name, vectors, measurements.PromptTokens, isBase64), cancellation);
    }

    private static string Choice(RequestBody body, string name, string usual, string other) => body.Text(name) switch
    {
        null => usual,
        { } text when text == usual || text == other => text,
        _ => throw RequestException.Invalid(name, $"must be '{usual}' or '{other}'"),
    };

    private static float[][] Embed(LanguageModel model, List<int[]> texts, TextPooling pooling, CancellationToken cancellation)
    {
        float[][] vectors = new float[texts.Count][];
        for (int i = 0; i < vectors.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            float[] vector = model.Embed(texts[i], pooling).Vector;
            float length = TensorPrimitives.Norm(vector);
            TensorPrimitives.Divide(vector, length > 0 ? length : 1, vector);
            vectors[i] = vector;
        }

        return vectors;
    }

    private static void Write(Utf8JsonWriter json, string model, float[][] vectors, long tokens, bool isBase64)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (int i = 0; i < vectors.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            if (isBase64)
            {
                // Float32, little-endian.
                json.WriteBase64String("embedding", MemoryMarshal.AsBytes(vectors[i].AsSpan()));
            }
            else
            {
                json.WriteStartArray("embedding");
                foreach (float value in vectors[i])
                {
                    json.WriteNumberValue(value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model", model);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", tokens);
        json.WriteNumber("total_tokens", tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private List<int[]> Texts(RequestBody body, ServedLanguageModel model)
    {
        JsonElement input = body.Element("input") ?? throw RequestException.Invalid("input", "is missing");
        List<int[]> texts = [];
        foreach ((string? text, int[]? tokens) in PromptList.Read(input, "input", options.MaxTexts))
        {
            int[] ids = tokens ?? model.Model.Tokenizer.Encode(text!);
            if (ids.Length == 0 || ids.Length > Math.Min(options.MaxPromptTokens, model.Positions))
            {
                throw RequestException.Invalid(
                    "input", $"has a text of {ids.Length} tokens; 1 to {Math.Min(options.MaxPromptTokens, model.Positions)} are possible");
            }

            texts.Add(ids);
        }

        return texts;
    }
}
