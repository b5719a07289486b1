using System.Text;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Checkpoints.HuggingFace;
using ManagedTransformer.Generation;
using ManagedTransformer.Inspection;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Checkpoints.HuggingFace;

public sealed class Gpt2FolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gelu_new", true)]
    [InlineData("gelu_new", false)]
    [InlineData("gelu_pytorch_tanh", true)]
    [InlineData("gelu", true)]
    [InlineData("relu", true)]
    [InlineData("silu", true)]
    public void ComputesWhatGPT2IsDefinedAs(string activation, bool tie)
    {
        Gpt2Sample sample = new(tie);
        sample.Config["activation_function"] = activation;
        LanguageModel model = LanguageModel.Load(sample.Write(_folder["gpt2"]));
        int[] ids = Ids(model);
        Func<double, double> function = activation switch
        {
            "gelu" => Gpt2Definition.Gelu,
            "relu" => x => Math.Max(x, 0),
            "silu" => x => x / (1 + Math.Exp(-x)),
            _ => Gpt2Definition.GeluNew,
        };
        double[] expected = [.. new Gpt2Definition(sample, function).Logits(ids).SelectMany(row => row)];
        float[] logits = Logits(model);
        Assert.Equal(expected.Length, logits.Length);
        for (int i = 0; i < logits.Length; i++)
        {
            Assert.Equal(expected[i], logits[i], 2e-5 * (1 + Math.Abs(expected[i])));
        }
    }

    [Fact]
    public void TakesSizesAndOptionsFromTheConfig()
    {
        LanguageModelConfig config = LanguageModel.Load(new Gpt2Sample().Write(_folder["gpt2"])).Description.Model;
        Assert.Equal((Gpt2Sample.Inner, 1e-4f, Gpt2Sample.Positions), (config.FeedForward, config.NormEpsilon, config.MaxPositions));
        Assert.Equal((0.2f, 0.3f, 0.4f), (config.Dropout, config.EmbeddingDropout, config.AttentionDropout));
        Assert.Equal((Activation.GeluTanh, PositionKind.Learned, true, true),
            (config.Activation, config.Positions, config.PreNorm, config.Tie));

        Gpt2Sample sparse = new();
        string[] absent = ["n_positions", "activation_function", "layer_norm_epsilon", "resid_pdrop", "embd_pdrop", "attn_pdrop",
            "tie_word_embeddings"];
        Array.ForEach(absent, key => sparse.Config.Remove(key));
        config = LanguageModel.Load(sparse.Write(_folder["sparse"])).Description.Model;
        Assert.Equal((1e-5f, 0.1f, 0.1f, Gpt2Sample.Positions),
            (config.NormEpsilon, config.Dropout, config.AttentionDropout, config.MaxPositions));
        Assert.Equal((Activation.GeluTanh, true, null), (config.Activation, config.Tie, config.EmbeddingDropout));
    }

    [Fact]
    public void FormsOfOneModelAreReadAlike()
    {
        Gpt2Sample sample = new();
        LanguageModel model = LanguageModel.Load(sample.Write(_folder["prefixed"]));
        float[] expected = Logits(model);
        Assert.Equal(expected, Logits(LanguageModel.Load(sample.WriteSharded(_folder["sharded"]))));
        Assert.Equal(expected, Logits(LanguageModel.Load(sample.Write(_folder["plain"], prefix: ""))));
        Assert.Equal(Ids(model), Ids(LanguageModel.Load(sample.Write(_folder["two-files"], tokenizerJson: false))));
        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["sharded"])));

        // Masks of older files, and the tied table once more, are no weights.
        sample.Add("h.0.attn.bias", 1, 1, 16, 16);
        sample.Add("h.1.attn.masked_bias");
        sample.Tensors["lm_head.weight"] = sample.Tensors["wte.weight"];
        Assert.Equal(expected, Logits(LanguageModel.Load(sample.Write(_folder["old"]))));
    }

    [Fact]
    public void ReadsHalfPrecision()
    {
        Gpt2Sample sample = new();
        sample.Round(value => (float)(Half)value);
        float[] expected = Logits(LanguageModel.Load(sample.Write(_folder["f32"])));
        Assert.Equal(expected, Logits(LanguageModel.Load(sample.WriteHalf(_folder["f16"]))));

        sample.Round(value => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value) & unchecked((int)0xFFFF0000)));
        expected = Logits(LanguageModel.Load(sample.Write(_folder["f32-again"])));
        SafetensorsWriter.Write(_folder["f16/model.safetensors"],
            sample.Named("").Select(tensor => (tensor.Name, tensor.Tensor.Cast(DType.BFloat16))));
        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["f16"])));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIsWrittenIsReadBackBitForBit(bool tie)
    {
        Gpt2Sample sample = new(tie);
        LanguageModel model = LanguageModel.Load(sample.Write(_folder["gpt2"]));
        model.SaveAsGpt2(_folder["parent/exported"]);
        LanguageModel again = LanguageModel.Load(_folder["parent/exported"]);
        Assert.Equal(model.Description with { EndOfText = null }, again.Description with { EndOfText = null });
        Assert.Equal(Assert.Single(model.Description.EndOfText!), Assert.Single(again.Description.EndOfText!));
        Assert.Equal(Logits(model), Logits(again));
        using (SafetensorsFile file = SafetensorsFile.Open(_folder["parent/exported/model.safetensors"]))
        {
            Assert.Equal(sample.Named("transformer.").Select(tensor => tensor.Name).Order(),
                file.Entries.Select(entry => entry.Name).Order());
            Assert.Equal("pt", file.Metadata["format"]);
            foreach ((string name, Tensor tensor) in sample.Named("transformer."))
            {
                Assert.Equal(tensor.ToArray(), file.ReadFloats(name));
            }
        }

        // Either form of the tokenizer alone is enough.
        File.Delete(_folder["parent/exported/tokenizer.json"]);
        Assert.Equal(Ids(model), Ids(LanguageModel.Load(_folder["parent/exported"])));

        // Our own folder in between keeps everything too, and an earlier export is replaced.
        model.Save(_folder["ours"]);
        LanguageModel.Load(_folder["ours"]).SaveAsGpt2(_folder["parent/exported"]);
        Assert.Equal(Logits(model), Logits(LanguageModel.Load(_folder["parent/exported"])));
        Assert.Equal(["exported"], Directory.GetFileSystemEntries(_folder["parent"]).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void TheExportedConfigSaysWhatReadersOfGPT2Need()
    {
        Gpt2Sample sample = new();
        LanguageModel.Load(sample.Write(_folder["gpt2"])).SaveAsGpt2(_folder["exported"]);
        JsonNode config = JsonNode.Parse(File.ReadAllText(_folder["exported/config.json"]))!;
        Assert.Equal("GPT2LMHeadModel", config["architectures"]![0]!.GetValue<string>());
        foreach (string key in (string[])["model_type", "vocab_size", "n_embd", "n_layer", "n_head", "n_positions", "n_ctx", "n_inner",
            "activation_function", "tie_word_embeddings"])
        {
            Assert.Equal(sample.Config[key]!.ToJsonString(), config[key]!.ToJsonString());
        }

        Assert.Equal(sample.Tokenizer.SpecialTokens.Single().Id, config["eos_token_id"]!.GetValue<int>());
        Assert.Equal("<|endoftext|>",
            JsonNode.Parse(File.ReadAllText(_folder["exported/tokenizer_config.json"]))!["eos_token"]!.GetValue<string>());
    }

    [Fact]
    public void WhateverTakesAModelTakesTheFolder()
    {
        string path = new Gpt2Sample().WriteSharded(_folder["gpt2"]);
        LanguageModel model = LanguageModel.Load(path);
        Assert.NotEmpty(string.Concat(model.Generate("the cat", new GenerationOptions { MaxTokens = 5 })));
        ModelSummary summary = ModelSummary.Of(path);
        Assert.Equal(model.Network.ParameterCount, summary.Parameters);
        Assert.Equal(summary.Parameters, summary.Tensors.Sum(tensor => tensor.Count));
        Assert.Equal(path, summary.Source);
    }

    [Fact]
    public void OtherPathsAreNoGPT2()
    {
        LanguageModel.Load(new Gpt2Sample().Write(_folder["gpt2"])).Save(_folder["ours"]);
        foreach (string config in (string[])["", "[]", "{}", "{\"model_type\": 2}", "{\"model_type\": \"bloom\"}"])
        {
            File.WriteAllText(_folder["gpt2/config.json"], config);
            Assert.Contains(_folder["gpt2"], Message(() => LanguageModel.Load(_folder["gpt2"])), StringComparison.Ordinal);
        }

        Assert.Contains("'bloom'", Message(() => LanguageModel.Load(_folder["gpt2"])), StringComparison.Ordinal);
        Assert.Contains("'bloom'", Message(() => ModelSummary.Of(_folder["gpt2"])), StringComparison.Ordinal);
        Assert.Contains("does not exist", Message(() => Gpt2Folder.Read(_folder["nowhere"])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n_embd", null, "lacks the key 'n_embd'")]
    [InlineData("n_embd", "\"wide\"", "'n_embd'")]
    [InlineData("n_embd", "0", "n_embd is 0")]
    [InlineData("n_layer", "1.5", "n_layer is 1.5")]
    [InlineData("n_layer", "-1", "n_layer is -1")]
    [InlineData("n_layer", "1", "no place for the tensor 'transformer.h.1.ln_1.weight'")]
    [InlineData("n_layer", "500000000", "at most 1000")]
    [InlineData("n_embd", "500000001", "at most 16777216")]
    [InlineData("n_head", "5", "n_head (5) does not divide n_embd (12)")]
    [InlineData("n_inner", "21", "'transformer.h.0.mlp.c_fc.weight' has the shape [12, 20] instead of [12, 21]")]
    [InlineData("n_inner", "null", "instead of [12, 48]")]
    [InlineData("n_positions", "17", "'transformer.wpe.weight'")]
    [InlineData("vocab_size", "100", "'transformer.wte.weight'")]
    [InlineData("activation_function", "\"tanh\"", "activation_function is 'tanh'")]
    [InlineData("layer_norm_epsilon", "-1", "norm_epsilon")]
    [InlineData("layer_norm_epsilon", "1e99", "layer_norm_epsilon is 1e99")]
    [InlineData("resid_pdrop", "1", "dropout")]
    [InlineData("tie_word_embeddings", "1", "tie_word_embeddings must be true or false")]
    [InlineData("tie_word_embeddings", "false", "'lm_head.weight' of the shape")]
    [InlineData("scale_attn_weights", "false", "scale_attn_weights is false")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true", "scale_attn_by_inverse_layer_idx is true")]
    [InlineData("add_cross_attention", "true", "add_cross_attention is true")]
    public void AConfigThatDoesNotFitIsRefused(string key, string? value, string expected)
    {
        Gpt2Sample sample = new();
        sample.Config.Remove(key);
        if (value is not null)
        {
            sample.Config[key] = JsonNode.Parse(value);
        }

        RequireRefused(sample.Write(_folder["gpt2"]), expected);
    }

    [Fact]
    public void WeightsThatDoNotFitAreRefused()
    {
        Refuse(sample => sample.Tensors.Remove("h.1.ln_2.bias"), "'h.1.ln_2.bias' of the shape [12] is missing");
        Refuse(sample => sample.Add("h.1.ln_3.bias", 12), "no place for the tensor 'transformer.h.1.ln_3.bias' of the shape [12]");
        Refuse(sample => sample.Add("attn.bias", 12), "no place for the tensor 'transformer.attn.bias'");
        Refuse(sample => sample.Add("h.0.attn.c_attn.weight", 36, 12),
            "'transformer.h.0.attn.c_attn.weight' has the shape [36, 12] instead of [12, 36]");
        Refuse(sample => sample.Add("transformer.ln_f.bias", 12), "'ln_f.bias' occurs both with and without the prefix", prefix: "");
        Refuse(sample => sample.Add("lm_head.weight", sample.Vocabulary, 12), "'lm_head.weight' differs from 'wte.weight'");
        Refuse(sample => sample.Add("lm_head.weight", 12, 12), "'lm_head.weight' has the shape [12, 12]");

        Gpt2Sample sample = new();
        sample.Write(_folder["gpt2"]);
        SafetensorsWriter.Write(_folder["gpt2/model.safetensors"], sample.Named("").Select(tensor =>
            (tensor.Name, tensor.Name == "ln_f.bias" ? Tensor.From(new int[12], new Shape(12)) : tensor.Tensor)));
        RequireRefused(_folder["gpt2"], "'ln_f.bias' holds integers (I32)");
        File.WriteAllText(_folder["gpt2/model.safetensors"], "no tensors");
        RequireRefused(_folder["gpt2"], "truncated or no safetensors file");

        void Refuse(Action<Gpt2Sample> change, string expected, string prefix = "transformer.")
        {
            Gpt2Sample sample = new();
            change(sample);
            RequireRefused(sample.Write(_folder["gpt2"], prefix), expected);
        }
    }

    [Fact]
    public void MissingFilesAreNamed()
    {
        Gpt2Sample sample = new();
        sample.Write(_folder["gpt2"]);
        File.Delete(_folder["gpt2/tokenizer.json"]);
        RequireRefused(_folder["gpt2"], "neither tokenizer.json nor vocab.json with merges.txt");
        File.Delete(_folder["gpt2/model.safetensors"]);
        RequireRefused(_folder["gpt2"], "neither model.safetensors nor model.safetensors.index.json");
        File.Delete(_folder["gpt2/config.json"]);
        RequireRefused(_folder["gpt2"], "config.json");
    }

    [Fact]
    public void ATiedTableMayHaveTheNameOfTheOutputProjection()
    {
        Gpt2Sample sample = new();
        float[] expected = Logits(LanguageModel.Load(sample.Write(_folder["gpt2"])));
        sample.Tensors["lm_head.weight"] = sample.Tensors["wte.weight"];
        sample.Tensors.Remove("wte.weight");
        Assert.Equal(expected, Logits(LanguageModel.Load(sample.Write(_folder["head-only"]))));

        Gpt2Sample untied = new(tie: false);
        untied.Tensors.Remove("wte.weight");
        RequireRefused(untied.Write(_folder["untied"]), "'wte.weight' of the shape");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFolderThatDoesNotSayItsModelTypeIsToldSo(bool sharded)
    {
        Gpt2Sample sample = new();
        sample.Config.Remove("model_type");
        string path = sharded ? sample.WriteSharded(_folder["gpt2"]) : sample.Write(_folder["gpt2"]);
        foreach (Action use in (Action[])[() => LanguageModel.Load(path), () => TrainedModel.Open(path), () => ModelSummary.Of(path),
            () => TranslationModel.Load(path)])
        {
            string message = Message(use);
            Assert.Contains("config.json lacks the key 'model_type', which is \"gpt2\" for a GPT-2", message, StringComparison.Ordinal);
            Assert.Contains(path, message, StringComparison.Ordinal);
        }

        File.WriteAllText(_folder["gpt2/config.json"], "{\n\"model_type\": 3 }");
        Assert.EndsWith("config.json: the value of 'model_type' must be a text in quotes, not the number 3 (line 2).",
            Message(() => LanguageModel.Load(path)), StringComparison.Ordinal);
        File.WriteAllText(_folder["gpt2/config.json"], "{ \"n_embd\": }");
        Assert.Contains("config.json' is not valid JSON", Message(() => LanguageModel.Load(path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("tokenizer_config.json")]
    [InlineData("special_tokens_map.json")]
    [InlineData("added_tokens.json")]
    [InlineData("model.safetensors.index.json")]
    public void AByteOrderMarkIsDropped(string file)
    {
        new Gpt2Sample().WriteSharded(_folder["gpt2"]);
        Gpt2Sample sample = new();
        sample.Tokenizer.Save(_folder["gpt2/vocab.json"], _folder["gpt2/merges.txt"]);
        File.WriteAllText(_folder["gpt2/tokenizer_config.json"], """{ "add_bos_token": true }""");
        File.WriteAllText(_folder["gpt2/special_tokens_map.json"], """{ "pad_token": "<|endoftext|>" }""");
        File.WriteAllText(_folder["gpt2/added_tokens.json"], "{}");
        if (file is "vocab.json" or "merges.txt")
        {
            File.Delete(_folder["gpt2/tokenizer.json"]);
        }

        float[] expected = Logits(LanguageModel.Load(_folder["gpt2"]));
        byte[] bytes = File.ReadAllBytes(_folder[$"gpt2/{file}"]);
        File.WriteAllBytes(_folder[$"gpt2/{file}"], [0xEF, 0xBB, 0xBF, .. bytes]);
        Assert.Equal(expected, Logits(LanguageModel.Load(_folder["gpt2"])));

        // What editors call Unicode is something else.
        File.WriteAllText(_folder[$"gpt2/{file}"], Encoding.UTF8.GetString(bytes), Encoding.Unicode);
        Assert.Contains($"{file}' is UTF-16", Message(() => LanguageModel.Load(_folder["gpt2"])), StringComparison.Ordinal);
        File.WriteAllBytes(_folder[$"gpt2/{file}"], Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes)));
        Assert.Contains($"{file}' is UTF-16", Message(() => LanguageModel.Load(_folder["gpt2"])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model-00003.safetensors", "does not exist")]
    [InlineData("model-00001-of-00002.safetensors", "is not in the file")]
    [InlineData("../model-00001-of-00002.safetensors", "not the name of a file in the folder")]
    [InlineData("", "not the name of a file in the folder")]
    public void AWrongIndexIsRefused(string file, string expected)
    {
        new Gpt2Sample().WriteSharded(_folder["gpt2"]);
        JsonObject map =
            JsonNode.Parse(File.ReadAllText(_folder["gpt2/model.safetensors.index.json"]))!["weight_map"]!.DeepClone().AsObject();
        map["transformer.wpe.weight"] = file;
        Gpt2Sample.WriteIndex(_folder["gpt2"], map);
        RequireRefused(_folder["gpt2"], expected);
    }

    [Fact]
    public void AnIndexNamesEveryTensorOnce()
    {
        new Gpt2Sample().WriteSharded(_folder["gpt2"]);
        string path = _folder["gpt2/model.safetensors.index.json"], text = File.ReadAllText(path);
        JsonObject map = JsonNode.Parse(text)!["weight_map"]!.DeepClone().AsObject();
        File.WriteAllText(path, text.Replace(
            "\"weight_map\":{", "\"weight_map\":{\"transformer.wpe.weight\":\"other.safetensors\",", StringComparison.Ordinal));
        RequireRefused(_folder["gpt2"], "index.json: the key 'weight_map.transformer.wpe.weight' is given twice (line 1)");
        File.WriteAllText(path, "{\n\"weight_map\": null }");
        RequireRefused(_folder["gpt2"], "index.json: the value of 'weight_map' must be an object, not null (line 2).");
        map.Remove("transformer.wpe.weight");
        Gpt2Sample.WriteIndex(_folder["gpt2"], map);
        RequireRefused(
            _folder["gpt2"], "index.json: weight_map does not name the tensor 'transformer.wpe.weight', which the file 'model-0");
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("model-00002-of-00002.safetensors")]
    public void AFolderInPlaceOfWeightsIsCalledSo(string file)
    {
        new Gpt2Sample().WriteSharded(_folder["gpt2"]);
        File.Delete(_folder[$"gpt2/{file}"]);
        Directory.CreateDirectory(_folder[$"gpt2/{file}"]);
        RequireRefused(_folder["gpt2"], $"{file}' is a folder, not a file");
    }

    [Fact]
    public void ATypeThatIsNoneAndAKeyGivenTwiceAreRefused()
    {
        Gpt2Sample sample = new();
        sample.Config["torch_dtype"] = "torch.float16";
        LanguageModel.Load(sample.Write(_folder["gpt2"]));
        sample.Config["torch_dtype"] = "foo";
        string refused = Message(() => LanguageModel.Load(sample.Write(_folder["gpt2"])));
        Assert.Contains("config.json: torch_dtype is 'foo', the known ones are float32", refused, StringComparison.Ordinal);
        Assert.Contains("auto (line ", refused, StringComparison.Ordinal);
        sample.Config.Remove("torch_dtype");
        string text = File.ReadAllText(Path.Combine(sample.Write(_folder["gpt2"]), "config.json"));
        File.WriteAllText(_folder["gpt2/config.json"], text.Replace("{", "{\"n_layer\": 7,", StringComparison.Ordinal));
        RequireRefused(_folder["gpt2"], "config.json: the key 'n_layer' is given twice");
    }

    [Fact]
    public void ATensorInTwoShardsIsRefused()
    {
        new Gpt2Sample().WriteSharded(_folder["gpt2"]);
        File.Copy(_folder["gpt2/model-00001-of-00002.safetensors"], _folder["gpt2/model-00002-of-00002.safetensors"], overwrite: true);
        RequireRefused(_folder["gpt2"], "is in two files");
    }

    public static TheoryData<string, LanguageModelConfig> OtherModels()
    {
        LanguageModelConfig gpt2 = new()
        {
            Vocab = 281,
            Dim = 8,
            Layers = 1,
            Heads = 2,
            MaxPositions = 8,
            Positions = PositionKind.Learned,
            Activation = Activation.GeluTanh,
        };
        return new()
        {
            { "model.positions", gpt2 with { Positions = PositionKind.Half } },
            { "model.padding_idx", gpt2 with { PaddingIdx = 0 } },
            { "model.pre_norm", gpt2 with { PreNorm = false } },
            { "model.embedding_norm", gpt2 with { EmbeddingNorm = true } },
            { "model.bias", gpt2 with { Bias = false } },
            { "model.ffn_bias", gpt2 with { FfnBias = false } },
            { "model.output_bias", gpt2 with { OutputBias = true } },
            { "model.scale_embedding", gpt2 with { ScaleEmbedding = true } },
            { "model.activation_dropout", gpt2 with { ActivationDropout = 0.1f } },
            { "model.output_dropout", gpt2 with { OutputDropout = 0.1f } },
            { "model.activation must", gpt2 with { Activation = Activation.None } },
            { "model.memory_positions",
                gpt2 with { MemoryPositions = ["0"], Memory = new() { NKeys = 4, Heads = 1, KeyDim = 4, TopK = 2 } } },
            { "model.adaptive", gpt2 with { Adaptive = new() { Cutoffs = [100], Div = 2 }, Positions = PositionKind.None } },
            { "model.attention", gpt2 with { Attention = AttentionKind.FixedSpan, Span = new() { Limit = 4 },
                Positions = PositionKind.Relative, Bias = false } },
        };
    }

    [Theory]
    [MemberData(nameof(OtherModels))]
    public void WhatGPT2CannotExpressIsNotWritten(string expected, LanguageModelConfig config)
    {
        LanguageModel model = new(new CausalLanguageModel(config, new RandomSource(1)), new Gpt2Sample().Tokenizer, new ModelDescription
        {
            Architecture = "transformer_lm",
            Model = config,
        });
        string message = Message(() => model.SaveAsGpt2(_folder["exported"]));
        Assert.Contains("GPT-2 cannot express", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Name));
    }

    [Fact]
    public void AFailedExportLeavesNothingBehind()
    {
        LanguageModel model = LanguageModel.Load(new Gpt2Sample().Write(_folder["gpt2"]));
        LanguageModel characters = new(model.Network, CharacterTokenizer.FromText("abc"u8), model.Description);
        Assert.Contains("byte-level BPE", Message(() => characters.SaveAsGpt2(_folder["exported"])), StringComparison.Ordinal);

        Directory.CreateDirectory(_folder["taken"]);
        File.WriteAllText(_folder["taken/letter.txt"], "dear");
        Assert.Contains("holds something else", Message(() => model.SaveAsGpt2(_folder["taken"])), StringComparison.Ordinal);
        Assert.Equal(["gpt2", "taken"], Directory.GetFileSystemEntries(_folder.Name).Select(path => Path.GetFileName(path)).Order());
        Assert.Equal("dear", File.ReadAllText(_folder["taken/letter.txt"]));
    }

    private static int[] Ids(LanguageModel model) => model.Tokenizer.Encode(Gpt2Sample.Text)[..10];

    private static float[] Logits(LanguageModel model)
    {
        int[] ids = Ids(model);
        return model.Network.Forward(Tensor.From(ids, new Shape(1, ids.Length)), ForwardContext.Inference).ToArray();
    }

    private static void RequireRefused(string folder, string expected)
    {
        string message = Message(() => LanguageModel.Load(folder));
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(folder, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    private static string Message(Action action) => Assert.Throws<InputException>(action).Message;
}
