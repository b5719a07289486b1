using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using ManagedTransformer.Tokenization.Chat;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Chat;

/// <summary>Every construct of the template language makes what Python's jinja2 makes of it (<c>tests/cases/chat_templates</c>).</summary>
[Properties(Arbitrary = [typeof(RandomText)])]
public sealed class TemplateLanguageTests
{
    private static readonly JsonNode _document =
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "cases", "chat_templates", "language.json")))!;

    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        foreach (JsonNode? one in _document["cases"]!.AsArray())
        {
            cases.Add(one!["template"]!.GetValue<string>(), one["prompt"]!.GetValue<string>());
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void PromptsAreThoseOfPython(string template, string prompt) => Assert.Equal(prompt, Format(template));

    [Property(MaxTest = 200)]
    public void JsonKeepsEveryText(string text)
    {
        ChatTemplate template = new("{{ text | tojson }}") { Variables = new() { ["text"] = text } };
        string json = template.Format([new("user", "hi")]);
        Assert.Equal(text, JsonSerializer.Deserialize<string>(json));
        Assert.Equal(text.Count(c => c > '~'), json.Count(c => c > '~'));
    }

    [Property(MaxTest = 200)]
    public void WholeNumbersAreExactOrRefused(long a, long b)
    {
        ChatTemplate template = new("{{ a * b + a }}") { Variables = new() { ["a"] = a, ["b"] = b } };
        Int128 product = (Int128)a * b, sum = product + a;
        bool fits = product >= long.MinValue && product <= long.MaxValue && sum >= long.MinValue && sum <= long.MaxValue;
        if (fits)
        {
            Assert.Equal(sum.ToString(System.Globalization.CultureInfo.InvariantCulture), template.Format([new("user", "hi")]));
        }
        else
        {
            Assert.Throws<InputException>(() => template.Format([new("user", "hi")]));
        }
    }

    private static string Format(string template)
    {
        ChatTemplate chat = new(template)
        {
            BeginningOfText = "<s>",
            EndOfText = "</s>",
            Clock = new StillClock(new(2025, 7, 4, 9, 5, 3, TimeSpan.Zero)),
            Variables = _document["variables"]!.AsObject(),
        };
        return chat.Format([new("user", "hi")]);
    }
}
