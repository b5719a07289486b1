using System.Text.Json;
using ManagedTransformer.Checkpoints.HuggingFace;
using ManagedTransformer.Json;

namespace ManagedTransformer.Generation;

/// <summary>
/// How a folder of Hugging Face's asks for texts to be drawn: its <c>generation_config.json</c>. The tokens that end texts
/// (<c>eos_token_id</c>) are read with the model and always hold; everything here holds only for who takes it over.
/// </summary>
/// <remarks>
/// Read are do_sample, temperature, top_k, top_p, min_p, typical_p, repetition_penalty and no_repeat_ngram_size. As in transformers,
/// do_sample false is greedy, whatever else is there. Where do_sample is absent, the file's values hold all the same. An absent key is off;
/// transformers, when it samples, takes 50 for an absent top_k.
/// </remarks>
public sealed class RecommendedGeneration
{
    // What else changes the tokens of a text in transformers, and the value that changes nothing; 0 for none.
    private static readonly (string Key, double Off)[] _others =
    [
        ("num_beams", 1), ("num_beam_groups", 1), ("length_penalty", 1), ("early_stopping", 0), ("penalty_alpha", 0), ("min_length", 0),
        ("min_new_tokens", 0), ("epsilon_cutoff", 0), ("eta_cutoff", 0), ("top_h", 0), ("diversity_penalty", 0),
        ("encoder_repetition_penalty", 1), ("encoder_no_repeat_ngram_size", 0), ("bad_words_ids", 0), ("force_words_ids", 0),
        ("constraints", 0), ("forced_bos_token_id", 0), ("forced_eos_token_id", 0), ("exponential_decay_length_penalty", 0),
        ("suppress_tokens", 0), ("begin_suppress_tokens", 0), ("sequence_bias", 0), ("guidance_scale", 1), ("stop_strings", 0),
        ("watermarking_config", 0), ("dola_layers", 0),
    ];

    private RecommendedGeneration(GenerationOptions options, IReadOnlyList<string> values, IReadOnlyList<string> others) =>
        (Options, Values, Others) = (options, values, others);

    /// <summary>The usual options with what the file recommends.</summary>
    public GenerationOptions Options { get; }

    /// <summary>The values that differ from the usual ones, as the file has them: <c>temperature 0.6</c>, <c>top_p 0.95</c>.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>Keys of the file that ask for something that <see cref="Options"/> have not, such as <c>num_beams</c>.</summary>
    public IReadOnlyList<string> Others { get; }

    /// <summary>Reads what a folder recommends.</summary>
    /// <param name="folder">A model folder, for instance <see cref="TrainedModel.Folder"/>.</param>
    /// <returns>Null where the folder has no such file, or a file that recommends nothing but the usual.</returns>
    /// <exception cref="InputException">The file is no JSON object, or a value has another type or lies out of its range; the message names
    /// file and key.</exception>
    /// <exception cref="ArgumentException">No folder.</exception>
    public static RecommendedGeneration? Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, EndOfText.GenerationConfigFile);
        return File.Exists(path) ? JsonFile.Read(path, root => Read(root, new ConfigReader(root, path))) : null;
    }

    private static RecommendedGeneration? Read(JsonElement root, ConfigReader reader)
    {
        GenerationOptions usual = new();
        List<string> values = [], processing = [];

        // Checked even where they are not used.
        GenerationOptions options = usual with
        {
            Temperature = Number("temperature", usual.Temperature, values, value => value >= 0, "0 or a positive number"),
            TopK = Count("top_k", usual.TopK, values),
            TopP = Number("top_p", usual.TopP, values, value => value is > 0 and <= 1, "above 0 and at most 1"),
            MinP = Number("min_p", usual.MinP, values, value => value is >= 0 and <= 1, "from 0 to 1"),
            TypicalP = Number("typical_p", usual.TypicalP, values, value => value is > 0 and <= 1, "above 0 and at most 1"),
            RepetitionPenalty =
                Number("repetition_penalty", usual.RepetitionPenalty, processing, value => value > 0, "a positive number"),
            NoRepeatNgramSize = Count("no_repeat_ngram_size", usual.NoRepeatNgramSize, processing),
        };
        if (!reader.Flag("do_sample", absent: true))
        {
            values = ["do_sample false"];
            options = usual with
            {
                Temperature = 0,
                RepetitionPenalty = options.RepetitionPenalty,
                NoRepeatNgramSize = options.NoRepeatNgramSize,
            };
        }

        string[] others = [.. _others.Where(other => IsAskedFor(root, other.Key, other.Off)).Select(other => other.Key)];
        return values.Count + processing.Count + others.Length == 0
            ? null
            : new RecommendedGeneration(options, [.. values, .. processing], others);

        float Number(string key, float absent, List<string> told, Predicate<float> isValid, string range)
        {
            float value = (float)reader.Number(key, absent);
            reader.Refuse(!float.IsFinite(value) || !isValid(value), key, $"is {Raw(key)}, it must be {range}");
            return Tell(key, value, absent, told);
        }

        int Count(string key, int absent, List<string> told) => Tell(key, reader.Count(key, absent), absent, told);

        T Tell<T>(string key, T value, T absent, List<string> told) where T : IEquatable<T>
        {
            if (!value.Equals(absent))
            {
                told.Add($"{key} {Raw(key)}");
            }

            return value;
        }

        string Raw(string key) => root.TryGetProperty(key, out JsonElement value) ? value.GetRawText() : "absent";
    }

    private static bool IsAskedFor(JsonElement root, string key, double off) =>
        root.TryGetProperty(key, out JsonElement value) && value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => false,
            JsonValueKind.Number => value.GetDouble() != off,
            JsonValueKind.Array => value.GetArrayLength() > 0,
            _ => true,
        };
}
