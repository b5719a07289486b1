using System.Text;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Recipes;

public sealed class RecipeTests : IDisposable
{
    private const string Small = """
        { "architecture": "transformer_lm", "model": { "dim": 8, "layers": 1, "heads": 1, "activation": "relu" }, "training": { "steps": 3 } }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheLibraryBringsEveryRecipeOfTheRepository()
    {
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(Repository.Root, "models"), "*.json")
                .Where(file => !file.EndsWith(".schema.json", StringComparison.Ordinal)),
        ];
        Assert.Equal(files.Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal), Recipe.BuiltinNames);
        foreach (string file in files)
        {
            string name = Path.GetFileNameWithoutExtension(file);
            Assert.Equal(File.ReadAllText(file), Recipe.BuiltinText(name));
            Assert.Equal(Recipe.Load(file).Description, Recipe.Builtin(name).Description);
        }

        Assert.IsType<LanguageModelRecipe>(Recipe.Builtin("finetune"));
        Assert.IsType<TranslationRecipe>(Recipe.Builtin("translation-toy"));
    }

    [Theory]
    [InlineData("storys", "stories")]
    [InlineData("Stories", "stories")]
    [InlineData("sotries", "stories")]
    [InlineData("multi30k", "multi30k-de-en")]
    public void AMistypedNameIsAnsweredWithTheNearest(string name, string expected) =>
        Assert.Equal($"There is no recipe '{name}'; did you mean '{expected}'?",
            Assert.Throws<InputException>(() => Recipe.Builtin(name)).Message);

    [Theory]
    [InlineData("")]
    [InlineData("xyzzy")]
    [InlineData("../stories")]
    public void WhatIsLikeNoNameGetsNoSuggestion(string name) =>
        Assert.StartsWith($"There is no recipe '{name}'", Assert.Throws<InputException>(() => Recipe.Builtin(name)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("ab", "ba", "ba")]
    [InlineData("abcdef", "abXdef,abcdefg,zzz", "abXdef")]
    [InlineData("", "a", "a")]
    [InlineData("qrs", "abc,xqrsyz,qrst1234567", "xqrsyz")]
    [InlineData("qrs", "abc", null)]
    [InlineData("--", "a--b", null)]
    public void NearnessCountsMistakes(string name, string known, string? expected) =>
        Assert.Equal(expected, NearestName.Of(name, known.Split(',')));

    [Theory]
    [InlineData("\"relu\"", "\"rleu\"", "'model.activation' is 'rleu', the known ones are none, relu,")]
    [InlineData("\"relu\"", "\"Relu\"", "'model.activation' is 'Relu', the known ones are")]
    [InlineData("\"relu\"", "1", "'model.activation' must be a text in quotes, not the number 1")]
    [InlineData("{ \"dim\": 8, \"layers\": 1, \"heads\": 1, \"activation\": \"relu\" }", "null", "the value of 'model' must not be null")]
    [InlineData("\"dim\": 8", "\"dim\": \"8\"", "'model.dim' must be a number, not the text \"8\" (")]
    [InlineData("\"dim\": 8", "\"dim\": 8.5", "'model.dim' must be a whole number")]
    [InlineData("\"dim\": 8", "\"dim\": 8, \"bias\": 1", "'model.bias' must be true or false")]
    [InlineData("\"steps\": 3", "\"sample_prompt\": 3", "'training.sample_prompt' must be a text in quotes")]
    [InlineData("\"steps\": 3", "\"optimizer\": 3", "'training.optimizer' must be an object")]
    [InlineData("\"steps\": 3", "\"optimizer\": { \"betas\": 3 }", "'training.optimizer.betas' must be a list, not the number 3 (")]
    public void WrongValuesAreAnsweredWithWhatIsPossible(string part, string replacement, string expected)
    {
        Assert.Contains(part, Small, StringComparison.Ordinal);
        File.WriteAllText(_folder["r.json"], Small.Replace(part, replacement, StringComparison.Ordinal));
        string message = Assert.Throws<InputException>(() => Recipe.Load(_folder["r.json"])).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("r.json", message, StringComparison.Ordinal);
        Assert.Contains("(line 1)", message, StringComparison.Ordinal);
    }

    // Of what stands in an object with required keys, .NET tells the line on which the object ends.
    [Theory]
    [InlineData("\"dim\": 8", "\"dim\": true", "the value of 'model.dim' must be a number, not true (line 4)")]
    [InlineData("\"dim\": 8,", "", "the key 'model.dim' is missing (line 3)")]
    [InlineData("\"steps\": 3", "\"steps\": []", "the value of 'training.steps' must be a number, not a list (line 9)")]
    [InlineData("\"lr\": 1", "\"lr\": 1, \"lr\": 2", "the key 'training.schedule.lr' is given twice (line 11)")]
    [InlineData("\"heads\": 1", "\"heads\": 1,\n\"dim\": 8", "the key 'model.dim' is given twice (line 7)")]
    [InlineData("\"lr\": 1", "\"rate\": 1", "unknown key 'training.schedule.rate' (line 11)")]
    [InlineData("0.98", "\"0.98\"", "the value of 'training.optimizer.betas[1]' must be a number, not the text \"0.98\" (line 15)")]
    [InlineData("\"schedule\": {", "\"schedule\": null, \"x\": {", "the value of 'training.schedule' must not be null (line 10)")]
    [InlineData("\"lr\": 1", "\"l.r'\": 1", "unknown key 'training.schedule.l.r'' (line 11)")]
    [InlineData("\"lr\": 1", "\"lr\": 1,,", "not valid JSON (line 11)")]
    [InlineData("\"dim\": 8", "\"dim\": -8", "model.dim is -8, it must be positive (line 4).")]
    [InlineData("\"lr\": 1", "\"lr\": 1e999", "the value of 'training.schedule.lr' is 1e999, which no number here can be (line 11)")]
    [InlineData("0.98", "-1e999", "the value of 'training.optimizer.betas[1]' is -1e999, which no number here can be (line 15)")]
    [InlineData("0.98", "null", "the value of 'training.optimizer.betas[1]' must be a number, not null (line 15)")]
    [InlineData("\"steps\": 3", "\"sample_prompt\": \"\\ud800\"", "'training.sample_prompt' has half of a surrogate pair, which is not")]
    [InlineData("\"steps\": 3", "\"a\\ud800\": 3", "'training.a\\ud800' has half of a surrogate pair, which is not valid Unicode (line 9)")]
    public void ErrorsNameTheLineOfTheKey(string part, string replacement, string expected)
    {
        const string Lines = """
            {
              "architecture": "transformer_lm",
              "model": {
                "dim": 8,
                "layers": 1,
                "heads": 1
              },
              "training": {
                "steps": 3,
                "schedule": {
                  "lr": 1
                },
                "optimizer": {
                  "betas": [ 0.9,
                    0.98 ]
                }
              }
            }
            """;
        Assert.Contains(part, Lines, StringComparison.Ordinal);
        File.WriteAllText(_folder["r.json"], Lines.Replace(part, replacement, StringComparison.Ordinal));
        string message = Assert.Throws<InputException>(() => Recipe.Load(_folder["r.json"])).Message;
        Assert.StartsWith($"{_folder["r.json"]}: {expected}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, true, false)]
    [InlineData(1, 1, false, true)]
    [InlineData(2, 1, true, true)]
    [InlineData(1, 2, true, true)]
    public void BatchNormOfAMemoryNeedsTwoTokens(int batch, int context, bool norm, bool fits)
    {
        string memory = $$"""
            "memory_positions": ["0"], "memory": { "heads": 1, "n_keys": 1, "key_dim": 2, "top_k": 1, "batch_norm": {{(norm ? "true" : "false")}} }
            """;
        string text = Small.Replace("\"activation\"", $"{memory}, \"activation\"", StringComparison.Ordinal);
        File.WriteAllText(_folder["r.json"], text.Replace(
            "\"steps\": 3", $"\"steps\": 3, \"batch\": {batch}, \"context\": {context}", StringComparison.Ordinal));
        if (fits)
        {
            Assert.Equal(batch, Recipe.LoadLanguageModel(_folder["r.json"]).Training.Batch);
            return;
        }

        string message = Assert.Throws<InputException>(() => Recipe.Load(_folder["r.json"])).Message;
        Assert.StartsWith(
            $"{_folder["r.json"]}: model.memory.batch_norm needs at least two tokens in a batch", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AByteOrderMarkIsDroppedAndUTF16Refused()
    {
        File.WriteAllText(_folder["r.json"], Small, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(3, Recipe.LoadLanguageModel(_folder["r.json"]).Training.Steps);
        File.WriteAllText(_folder["r.json"], Small, Encoding.Unicode);
        string message = Assert.Throws<InputException>(() => Recipe.Load(_folder["r.json"])).Message;
        Assert.StartsWith($"'{_folder["r.json"]}' is UTF-16 text, not UTF-8: save it as UTF-8", message, StringComparison.Ordinal);
    }
}
