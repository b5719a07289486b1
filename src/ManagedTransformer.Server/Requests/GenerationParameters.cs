using System.Globalization;
using System.Text.Json;
using ManagedTransformer.Generation;

namespace ManagedTransformer.Server.Requests;

/// <summary>
/// Parameters by which texts are generated: those of OpenAI's API, and, as other servers have them too, <c>top_k</c>, <c>min_p</c>,
/// <c>typical_p</c>, <c>repetition_penalty</c>, <c>no_repeat_ngram_size</c>, <c>stop_token_ids</c> and <c>ignore_eos</c>.
/// </summary>
internal static class GenerationParameters
{
    private const int MostStops = 16, MostCharacters = 1_000;
    private const float MostPenalty = 2, MostTemperature = 100, MostBias = 100;

    /// <summary>Reads all of them but the length and what is asked for besides text.</summary>
    /// <param name="body">The request.</param>
    /// <param name="vocabulary">The number of ids of the model.</param>
    public static GenerationOptions Read(RequestBody body, int vocabulary) => new()
    {
        Temperature = body.Number("temperature", 0, MostTemperature) ?? 1,
        TopP = PositiveShare(body, "top_p"),
        TopK = (int)(body.Integer("top_k", 0, int.MaxValue) ?? 0),
        MinP = body.Number("min_p", 0, 1) ?? 0,
        TypicalP = PositiveShare(body, "typical_p"),
        RepetitionPenalty = Positive(body, "repetition_penalty"),
        PresencePenalty = body.Number("presence_penalty", -MostPenalty, MostPenalty) ?? 0,
        FrequencyPenalty = body.Number("frequency_penalty", -MostPenalty, MostPenalty) ?? 0,
        NoRepeatNgramSize = (int)(body.Integer("no_repeat_ngram_size", 0, int.MaxValue) ?? 0),
        LogitBias = Bias(body, vocabulary),
        Seed = body.Integer("seed", long.MinValue, long.MaxValue) is { } seed
            ? unchecked((ulong)seed)
            : (ulong)Random.Shared.NextInt64(),
        StopStrings = Stops(body),
        StopTokens = StopTokens(body, vocabulary),
        IgnoreEndOfText = body.Flag("ignore_eos") ?? false,
    };

    private static float PositiveShare(RequestBody body, string name) => body.Number(name, 0, 1) switch
    {
        null => 1,
        0 => throw RequestException.Invalid(name, "must be above 0 and at most 1"),
        { } share => share,
    };

    private static float Positive(RequestBody body, string name) => body.Number(name, 0, MostTemperature) switch
    {
        null => 1,
        0 => throw RequestException.Invalid(name, "must be above 0"),
        { } value => value,
    };

    private static string[] Stops(RequestBody body)
    {
        if (body.Element("stop") is not { } value)
        {
            return [];
        }

        string[] stops = value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Take(MostStops + 1).Select(element => RequestBody.TextOf(element, "stop"))]
            : [RequestBody.TextOf(value, "stop")];
        if (stops.Length > MostStops)
        {
            throw RequestException.Invalid("stop", $"has more than {MostStops} texts");
        }

        foreach (string stop in stops)
        {
            if (stop.Length is 0 or > MostCharacters)
            {
                throw RequestException.Invalid("stop", $"has a text of {stop.Length} characters; 1 to {MostCharacters} are possible");
            }
        }

        return stops;
    }

    private static int[] StopTokens(RequestBody body, int vocabulary)
    {
        if (body.Element("stop_token_ids") is not { } value)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= MostCharacters
            ? [.. value.EnumerateArray().Select(element => (int)RequestBody.IntegerOf(element, "stop_token_ids", 0, vocabulary - 1))]
            : throw RequestException.Invalid("stop_token_ids", $"must be a list of at most {MostCharacters} tokens");
    }

    private static Dictionary<int, float> Bias(RequestBody body, int vocabulary)
    {
        Dictionary<int, float> bias = [];
        if (body.Element("logit_bias") is not { } value)
        {
            return bias;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.Invalid("logit_bias", "must be an object of tokens and numbers");
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            string name = RequestBody.NameOf(member, "logit_bias");
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int token) || token >= vocabulary)
            {
                throw RequestException.Invalid("logit_bias", $"names a token that is none of 0 to {vocabulary - 1}");
            }

            bias[token] = RequestBody.NumberOf(member.Value, "logit_bias", -MostBias, MostBias);
        }

        return bias;
    }
}
