using System.Text.Json;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Json;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>Writes the <c>config.json</c> that <see cref="LlamaConfig"/> reads.</summary>
internal static class LlamaConfigWriter
{
    /// <summary>Writes the file of a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">The model.</param>
    /// <param name="type">What expresses it.</param>
    /// <param name="beginOfText">The token that begins texts; null for none.</param>
    /// <param name="endOfText">The tokens that end texts; null for none.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(
        string path, LanguageModelConfig config, LlamaType type, int? beginOfText, int[]? endOfText) => JsonFile.Write(path, json =>
    {
        RotaryConfig rotary = config.Rotary!;
        json.WriteStartArray("architectures");
        json.WriteStringValue(type.Class);
        json.WriteEndArray();
        json.WriteString("model_type", type.Name);
        json.WriteNumber("vocab_size", config.Vocab);
        json.WriteNumber("hidden_size", config.Dim);
        json.WriteNumber("intermediate_size", config.FeedForward);
        json.WriteNumber("num_hidden_layers", config.Layers);
        json.WriteNumber("num_attention_heads", config.Heads);
        json.WriteNumber("num_key_value_heads", rotary.KeyHeads ?? config.Heads);
        json.WriteNumber("head_dim", rotary.HeadWidth(config.Dim, config.Heads));
        json.WriteNumber("max_position_embeddings", config.MaxPositions);
        json.WriteString("hidden_act", LlamaConfig.ActivationName(config.Activation)!);
        json.WriteNumber("rms_norm_eps", config.NormEpsilon);
        json.WriteNumber("rope_theta", rotary.Theta);
        WriteScaling(json, rotary.Scaling);
        WriteBiases(json, config, rotary, type);
        WriteWindows(json, config.Layers, rotary, type);
        json.WriteNumber("attention_dropout", config.AttentionDropout);
        json.WriteBoolean("tie_word_embeddings", config.Tie);
        WriteStart(json, beginOfText);
        EndOfText.Write(json, endOfText ?? []);
        json.WriteString("torch_dtype", "float32");
    });

    // Written even where there is none: an absent key has an id of its own there.
    private static void WriteStart(Utf8JsonWriter json, int? id)
    {
        const string key = "bos_token_id";
        if (id is { } begin)
        {
            json.WriteNumber(key, begin);
        }
        else
        {
            json.WriteNull(key);
        }
    }

    private static void WriteScaling(Utf8JsonWriter json, RotaryScaling? scaling)
    {
        const string key = "rope_scaling";
        if (scaling is null)
        {
            json.WriteNull(key);
            return;
        }

        json.WriteStartObject(key);
        json.WriteString("rope_type", scaling.Type.JsonName());
        json.WriteNumber("factor", scaling.Factor);
        if (scaling.Type == RotaryScalingKind.Llama3)
        {
            json.WriteNumber("low_freq_factor", scaling.LowFreqFactor);
            json.WriteNumber("high_freq_factor", scaling.HighFreqFactor);
            json.WriteNumber("original_max_position_embeddings", scaling.OriginalPositions);
        }

        json.WriteEndObject();
    }

    private static void WriteBiases(Utf8JsonWriter json, LanguageModelConfig config, RotaryConfig rotary, LlamaType type)
    {
        if (type == LlamaType.Llama || type == LlamaType.Qwen3)
        {
            json.WriteBoolean("attention_bias", rotary.Bias == AttentionBias.All);
        }

        if (type == LlamaType.Llama)
        {
            json.WriteBoolean("mlp_bias", config.FfnBias == true);
        }
    }

    private static void WriteWindows(Utf8JsonWriter json, int layers, RotaryConfig rotary, LlamaType type)
    {
        const string key = "sliding_window";
        if (type == LlamaType.Llama)
        {
            return;
        }

        if (type != LlamaType.Mistral)
        {
            json.WriteBoolean("use_sliding_window", rotary.Window > 0);
            json.WriteStartArray("layer_types");
            for (int layer = 0; layer < layers; layer++)
            {
                json.WriteStringValue(rotary.WindowOf(layer) > 0 ? "sliding_attention" : "full_attention");
            }

            json.WriteEndArray();
        }

        if (rotary.Window > 0)
        {
            json.WriteNumber(key, rotary.Window);
        }
        else
        {
            json.WriteNull(key);
        }
    }
}
