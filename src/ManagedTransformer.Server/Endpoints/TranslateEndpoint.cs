using System.Text.Json;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Generation;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Requests;
using ManagedTransformer.Server.Responses;

namespace ManagedTransformer.Server.Endpoints;

/// <summary><c>POST /translate</c>: translates sentences.</summary>
/// <param name="models">The models.</param>
/// <param name="options">Limits.</param>
internal sealed class TranslateEndpoint(ServedModels models, ServerOptions options) : IEndpoint
{
    private const int MostBeams = 64;
    private const float MostPenalty = 100;

    /// <inheritdoc/>
    public string Path => "/translate";

    /// <inheritdoc/>
    public string Method => HttpMethods.Post;

    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation)
    {
        ServedTranslationModel model;
        List<string> sentences;
        TranslationOptions translation;
        bool isList;
        using (RequestBody body = await RequestBody.ReadAsync(context, options.MaxBodyBytes, cancellation))
        {
            model = models.Require<ServedTranslationModel>(body, "translate");
            measurements.Model = model.Name;
            sentences = Sentences(body);
            RequireFitting(sentences, model.Model);
            int beam = (int)(body.Integer("beam", 1, MostBeams) ?? new BeamSearchOptions().Beam);
            isList = body.Element("n_best") is not null;
            translation = new TranslationOptions
            {
                Search = new BeamSearchOptions
                {
                    Beam = beam,
                    LengthPenalty = body.Number("length_penalty", -MostPenalty, MostPenalty) ?? 1,
                },
                Prefix = body.Text("prefix") ?? "",
                NBest = (int)(body.Integer("n_best", 1, beam) ?? 1),
                Exits = Exits(body, model.Model),
            };
            body.RequireNothingElse();
        }

        Translation[] translations = await model.Line.RunAsync(
            () => model.Model.Translate(sentences, translation, cancellation).ToArray(), cancellation);
        measurements.Tokens = translations.Sum(result => (long)(result.Hypothesis?.Tokens.Count ?? 0));
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("model", model.Name);
            json.WriteStartArray("translations");
            foreach (Translation result in translations)
            {
                Write(json, model.Model, result, isList);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }, cancellation);
    }

    // The library's sentence names an option of programs, which a request does not have.
    private static void RequireFitting(List<string> sentences, TranslationModel model)
    {
        int most = model.Network.Config.MaxPositions;
        foreach ((int index, string sentence) in sentences.Index())
        {
            int length = model.Source.Encode(sentence.Trim()).Length + 1;
            if (length > most)
            {
                string place = sentences.Count > 1 ? $"has as number {index + 1} a sentence" : "has a sentence";
                throw RequestException.Invalid("text", FormattableString.Invariant(
                    $"{place} of {length:N0} tokens with its end, and the model reads at most {most:N0}"));
            }
        }
    }

    private static ExitRule? Exits(RequestBody body, TranslationModel model)
    {
        if (body.Text("exits") is not { } text)
        {
            return null;
        }

        if (model.Network.Config.Exits is null)
        {
            throw RequestException.Unsupported("exits", "applies to depth-adaptive models, and this one runs all layers");
        }

        return ExitRule.TryParse(text, out ExitRule? rule)
            ? rule
            : throw RequestException.Invalid("exits", "must be a rule such as 'fixed:3', 'confidence:0.8' or 'full'");
    }

    private static void Write(Utf8JsonWriter json, TranslationModel model, Translation result, bool isList)
    {
        json.WriteStartObject();
        json.WriteString("text", result.Text);
        if (result.Hypothesis is { } found)
        {
            WriteHypothesis(json, model, found);
        }

        if (isList)
        {
            json.WriteStartArray("n_best");
            foreach (TranslationCandidate candidate in result.NBest)
            {
                json.WriteStartObject();
                json.WriteString("text", candidate.Text);
                WriteHypothesis(json, model, candidate.Hypothesis);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteHypothesis(Utf8JsonWriter json, TranslationModel model, Hypothesis hypothesis)
    {
        json.WriteNumber("score", hypothesis.Score);
        json.WriteStartArray("tokens");
        foreach (int token in hypothesis.Tokens)
        {
            json.WriteStringValue(model.Target.Decode([token]));
        }

        json.WriteEndArray();
        if (hypothesis.Exits.Count > 0)
        {
            json.WriteStartArray("exits");
            foreach (int exit in hypothesis.Exits)
            {
                json.WriteNumberValue(exit);
            }

            json.WriteEndArray();
        }
    }

    private List<string> Sentences(RequestBody body)
    {
        JsonElement value = body.Element("text") ?? throw RequestException.Invalid("text", "is missing");
        if (value.ValueKind != JsonValueKind.Array)
        {
            return [RequestBody.TextOf(value, "text")];
        }

        return value.GetArrayLength() <= options.MaxTexts
            ? [.. value.EnumerateArray().Select(element => RequestBody.TextOf(element, "text"))]
            : throw RequestException.Invalid("text", $"has {value.GetArrayLength()} sentences, and a request at most {options.MaxTexts}");
    }
}
