using System.Text;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>Conversations as records: what losses count of them.</summary>
public sealed class ConversationTests : IDisposable
{
    private const string Plain =
        "{%- for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

    // As templates of models that reason: the last answer alone has its thoughts.
    private const string Forgetful = "{%- for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' and loop.last %}(hm){% endif %}"
        + "{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

    private static readonly string _one = Dots("<user>1</><assistant>");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LossesCountTheAssistantsTurnsAlone()
    {
        Assert.Equal(
            $"{Dots("<system>Be brief</><user>A</><assistant>")}Yes</>{Dots("<user>B</><assistant>")}No</>",
            Mask(Plain, Conversation(("system", "Be brief"), ("user", "A"), ("assistant", "Yes"), ("user", "B"), ("assistant", "No"))));
        Assert.Equal($"{_one}a</>{_one}b</>", Mask(
            Plain, Conversation(("user", "1"), ("assistant", "a")) + Conversation(("user", "2"), ("assistant", "b"))));

        // What is asked last and not answered is left out.
        Assert.Equal($"{_one}a</>", Mask(Plain, Conversation(("user", "1"), ("assistant", "a"), ("user", "2"))));
        Assert.Equal($"{_one}</>", Mask(Plain, Conversation(("user", "1"), ("assistant", ""))));
    }

    [Fact]
    public void TurnsThatATemplateWritesOtherwiseLaterAreRecordsOfTheirOwn()
    {
        string lines = Conversation(("user", "1"), ("assistant", "a"), ("user", "2"), ("assistant", "b"));
        Assert.Equal("<user>1</><assistant>(hm)a</><user>1</><assistant>a</><user>2</><assistant>(hm)b</>", Text(Load(Forgetful, lines)));
        Assert.Equal($"{_one}(hm)a</>{Dots("<user>1</><assistant>a</><user>2</><assistant>")}(hm)b</>", Mask(Forgetful, lines));
        Assert.Equal(2, Load(Forgetful, lines).TrainPart.Segments!.Count(segment => segment.BeginsRecord));
        Assert.Equal(1, Load(Plain, lines).TrainPart.Segments!.Count(segment => segment.BeginsRecord));
    }

    [Fact]
    public void TokensAreThoseOfAChatAndSpecialTokensAreNotPutAround()
    {
        BytePairTokenizer tokenizer = BytePairTokenizer.Train("abab abab abab abab abab <assistant> <assistant>"u8, 270);
        EncodedText text = EncodedText.Of(Load(Plain, Conversation(("user", "ab"), ("assistant", "abab"))).TrainPart, tokenizer, null);
        int[] prompt = Tokenizer.EncodePlain(tokenizer, "<user>ab</><assistant>"), answer = Tokenizer.EncodePlain(tokenizer, "abab</>");
        int[] tokens = new int[(int)text.Stream.Length], targets = new int[tokens.Length];
        text.Stream.Read(0, tokens);
        text.Stream.ReadTargets(0, targets);
        Assert.Equal([.. prompt, .. answer], tokens);
        Assert.Equal([.. prompt.Select(_ => -1), .. answer], targets);
    }

    [Fact]
    public void ConversationsAreTakenWhereTheyAreNamedOrNothingElseIsThere()
    {
        const string messages =
            """[{"role": "user", "content": "1", "id": 3}, {"role": "assistant", "content": "a", "tool_calls": null}]""";
        string line = $$"""{"text": "t", "messages": {{messages}}, "chat": {{messages}}}""";
        Assert.Equal("t\n", Text(Load(Plain, line)));
        Assert.Equal("<user>1</><assistant>a</>", Text(Load(Plain, line, new() { Messages = "chat" })));
        Assert.Equal("<user>1</><assistant>a</>", Text(Load(Plain, $$"""{"prompt": "p", "messages": {{messages}}}""")));
    }

    [Theory]
    [InlineData("""{"messages": []}""", "(line 1): the conversation has no messages")]
    [InlineData("""{"messages": "hello"}""", "the field 'messages' must be a list of messages")]
    [InlineData("""{"messages": ["hello"]}""", "message 1: a message must be an object")]
    [InlineData("""{"messages": [{"role": "user"}]}""", "message 1: the message has no 'content'")]
    [InlineData("""{"messages": [{"role": "user", "content": [1]}]}""", "message 1: the field 'content' must be a text")]
    [InlineData("""{"messages": [{"role": "human", "content": "a"}]}""", "message 1 has the role 'human'; roles are system,")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}]}""", "no message of the assistant")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "a"}]}""", "begins with the assistant")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "a", "tool_calls": [{}]}]}""", "calls of tools")]
    [InlineData("""{"messages": null}""", "nor a conversation 'messages'")]
    public void WhatIsNoConversationIsToldByItsLine(string line, string expected)
    {
        string message = Assert.Throws<InputException>(() => Load(Plain, line)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("a.jsonl (line 1)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void TemplatesThatDoNotFitAreRefused()
    {
        string line = Conversation(("user", "1"), ("assistant", "a"));
        Assert.Contains("data.template names", Refuse(null), StringComparison.Ordinal);
        Assert.Contains("(line 1): the chat template writes message 2 otherwise than it begins an answer", Refuse(
            "{%- for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<bot>{% endif %}"),
            StringComparison.Ordinal);
        Assert.Contains("roles must take turns", Refuse("{{ raise_exception('roles must take turns') }}"), StringComparison.Ordinal);

        string Refuse(string? template) => Assert.Throws<InputException>(() => Load(template, line)).Message;
    }

    [Fact]
    public void AModelThatIsTrainedOnConversationsKeepsTheirTemplate()
    {
        File.WriteAllText(_folder["chat.jinja"], Plain);
        File.WriteAllText(_folder["a.jsonl"], string.Concat(
            Enumerable.Range(0, 30).Select(i => Conversation(("user", $"{i}"), ("assistant", $"{i % 3}")))));
        LanguageModelRecipe recipe = new()
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = new LanguageModelConfig { Dim = 16, Layers = 1, Heads = 2, Positions = PositionKind.Learned, MaxPositions = 64 },
            Tokenizer = new TokenizerRecipe { Type = TokenizerKind.Byte },
            Data = new DataRecipe { Source = _folder["a.jsonl"], Template = _folder["chat.jinja"] },
            Training = new TrainingRecipe { Steps = 2, Batch = 2, Context = 48, Sampling = Sampling.Random },
        };
        TrainingRun run = TrainingRun.Prepare(recipe, new TrainingOptions { Output = _folder["out"] });
        run.Run(cancellation: TestContext.Current.CancellationToken);
        LanguageModel model = LanguageModel.Load(_folder["out"]);
        Assert.Equal(Plain, model.ChatTemplate?.Source);
        Assert.True(double.IsFinite(ModelEvaluation.Run(model, cancellation: TestContext.Current.CancellationToken).Loss));
    }

    private static string Dots(string notCounted) => new('.', notCounted.Length);

    private static string Conversation(params (string Role, string Content)[] messages) => $$"""{"messages": [{{string.Join(", ",
        messages.Select(message => $$"""{"role": "{{message.Role}}", "content": "{{message.Content}}"}"""))}}]}""" + "\n";

    // The characters that losses count; a dot for each of the others.
    private string Mask(string template, string lines)
    {
        EncodedText text = EncodedText.Of(Load(template, lines).TrainPart, new ByteTokenizer(), padding: null);
        int[] targets = new int[(int)text.Stream.Length];
        text.Stream.ReadTargets(0, targets);
        return string.Concat(targets.Select(target => target < 0 ? '.' : (char)target));
    }

    private TextCorpus Load(string? template, string lines, RecordFields? fields = null)
    {
        File.WriteAllText(_folder["a.jsonl"], lines);
        return TextCorpus.Load(_folder["a.jsonl"], new TextCorpusOptions
        {
            ValidationFraction = 0,
            Fields = fields ?? new(),
            Template = template is null ? null : new ChatTemplate(template),
        });
    }

    private static string Text(TextCorpus corpus) => Encoding.UTF8.GetString(corpus.Train.Span);
}
