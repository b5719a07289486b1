using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using ManagedTransformer.Recipes;
using Xunit;

namespace ManagedTransformer.Documents.Tests;

/// <summary>The schema of recipes says of them what the library says, by the judgement of another program.</summary>
public sealed class SchemaTests
{
    private static readonly JsonDocumentOptions _lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly Lazy<JsonSchema> _schema = new(() => JsonSchema.FromText(Recipe.SchemaText));

    [Fact]
    public void TheSchemaIsOneOfItsDraft() =>
        Assert.True(MetaSchemas.Draft202012.Evaluate(JsonDocument.Parse(Recipe.SchemaText).RootElement).IsValid);

    [Fact]
    public void EveryRecipeOfTheRepositoryIsValidAndNamesTheSchema()
    {
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(Repository.Root, "models"), "*.json")
                .Where(file => !file.EndsWith(".schema.json", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            JsonElement recipe = JsonDocument.Parse(File.ReadAllBytes(file), _lenient).RootElement;
            EvaluationResults result = _schema.Value.Evaluate(recipe, new EvaluationOptions { OutputFormat = OutputFormat.List });
            Assert.True(result.IsValid, $"{file}: {JsonSerializer.Serialize(result)}");
            string schema = Path.Combine(Path.GetDirectoryName(file)!, recipe.GetProperty("$schema").GetString()!);
            Assert.Equal(Recipe.SchemaText, File.ReadAllText(schema));
        }
    }

    [Theory]
    [InlineData("training.stepps", "1")]
    [InlineData("training.steps", "\"many\"")]
    [InlineData("training.steps", "1.5")]
    [InlineData("training.steps", "null")]
    [InlineData("training.optimizer.betas", "3")]
    [InlineData("training.optimizer.betas", "[\"x\"]")]
    [InlineData("model.attention", "\"sofmax\"")]
    [InlineData("model.dim", null)]
    [InlineData("model", null)]
    [InlineData("architecture", "\"transformer\"")]
    [InlineData("architecture", null)]
    [InlineData("training.schedule.parts", "[{ \"updates\": true }]")]
    public void WhatTheLibraryRefusesIsNotValid(string key, string? value)
    {
        JsonNode recipe = JsonNode.Parse(Recipe.BuiltinText("stories"), null, _lenient)!;
        Assert.True(IsValid(recipe));
        string[] path = key.Split('.');
        JsonObject parent = path[..^1].Aggregate(recipe, (node, part) => node[part]!).AsObject();
        parent.Remove(path[^1]);
        if (value is not null)
        {
            parent[path[^1]] = JsonNode.Parse(value);
        }

        Assert.False(IsValid(recipe));
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, recipe.ToJsonString());
            Assert.Throws<InputException>(() => Recipe.Load(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static bool IsValid(JsonNode recipe) =>
        _schema.Value.Evaluate(JsonDocument.Parse(recipe.ToJsonString()).RootElement).IsValid;
}
