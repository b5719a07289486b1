using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization.Chat;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Chat;

/// <summary>Conversations as prompts: templates of the shapes that models have, and what a stranger's template may not do.</summary>
public sealed class ChatTemplateTests
{
    public const string Zephyr = """
        {% for turn in messages %}
        {% if turn['role'] == 'user' or turn['role'] == 'system' %}
        {{ '<|' + turn['role'] + '|>\n' + turn['content'] + eos_token }}
        {% elif turn['role'] == 'assistant' %}
        {{ '<|assistant|>\n'  + turn['content'] + eos_token }}
        {% endif %}
        {% if loop.last and add_generation_prompt %}
        {{ '<|assistant|>' }}
        {% endif %}
        {% endfor %}
        """;

    // A default system message where the conversation begins without one, as Qwen2 and SmolLM2 have it.
    private const string ChatMl = """
        {% for m in messages %}
        {% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nBe brief.<|im_end|>\n' }}{% endif %}
        {{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' -}}
        {% endfor %}
        {% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
        """;

    // Tools in a branch that plain conversations do not reach, and a system message taken off the front.
    private const string Llama3 = """
        {{- bos_token }}
        {%- if not date_string is defined %}
            {%- if strftime_now is defined %}
                {%- set date_string = strftime_now("%d %b %Y") %}
            {%- else %}
                {%- set date_string = "1 Jan 2025" %}
            {%- endif %}
        {%- endif %}
        {%- if messages[0]['role'] == 'system' %}
            {%- set system_message = messages[0]['content'] | trim %}
            {%- set messages = messages[1:] %}
        {%- else %}
            {%- set system_message = "" %}
        {%- endif %}
        {%- if tools is not none and tools %}
            {%- for t in tools %}
                {{- t | tojson(indent=4) }}
            {%- endfor %}
        {%- endif %}
        {{- "<|start_header_id|>system<|end_header_id|>\n\n" ~ "Today: " ~ date_string ~ "\n\n" ~ system_message ~ "<|eot_id|>" }}
        {%- for message in messages %}
            {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
                {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
        {%- endif %}
        """;

    // Roles that must take turns, the system message before the first or the last one of the user.
    private const string Mistral = """
        {%- set ns = namespace(system="", count=0) %}
        {%- if messages[0]["role"] == "system" %}
            {%- set ns.system = messages[0]["content"] ~ "\n\n" %}
            {%- set loop_messages = messages[1:] %}
        {%- else %}
            {%- set loop_messages = messages %}
        {%- endif %}
        {{- bos_token }}
        {%- for message in loop_messages %}
            {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
                {{- raise_exception('roles must take turns') }}
            {%- endif %}
            {%- if message["role"] == "user" %}
                {%- set ns.count = ns.count + 1 %}
                {{- "[INST] " + (ns.system if loop.last else "") + message["content"] + " [/INST]" }}
            {%- elif message["role"] == "assistant" %}
                {{- " " + message["content"]|trim + eos_token}}
            {%- else %}
                {{- raise_exception("only user and assistant") }}
            {%- endif %}
        {%- endfor %}
        """;

    private static readonly ChatMessage[] _conversation =
        [new("system", " Be kind. "), new("user", "Hi {{ x }}"), new("assistant", "Hello"), new("user", "Bye")];

    [Fact]
    public void ChatMlTakesTurnsAndHasADefault()
    {
        Assert.Equal(
            "<|im_start|>system\n Be kind. <|im_end|>\n<|im_start|>user\nHi {{ x }}<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"
            + "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n",
            Format(ChatMl, _conversation));
        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n",
            new ChatTemplate(ChatMl).Format([new("user", "Hi")], addGenerationPrompt: false));
    }

    [Fact]
    public void Llama3TrimsAndSetsHeaders() => Assert.Equal(
        "<s><|start_header_id|>system<|end_header_id|>\n\nToday: 1 Jan 2025\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>"
        + "\n\nHi {{ x }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        Format(Llama3, _conversation));

    [Fact]
    public void MistralPutsTheSystemBeforeTheLastAndRefusesOtherOrders()
    {
        Assert.Equal("<s>[INST] Hi {{ x }} [/INST] Hello</s>[INST]  Be kind. \n\nBye [/INST]", Format(Mistral, _conversation));
        Assert.Contains("\"roles must take turns\" (line 11)",
            Assert.Throws<InputException>(() => Format(Mistral, [new("assistant", "Hi")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ZephyrsWhiteSpaceIsThatOfTransformers() => Assert.Equal(
        "<|system|>\n Be kind. </s>\n<|user|>\nHi {{ x }}</s>\n<|assistant|>\nHello</s>\n<|user|>\nBye</s>\n<|assistant|>\n",
        Format(Zephyr, _conversation));

    [Theory]
    [InlineData("{{ 1 + 2 * 3 - 10 // 4 }}", "5")]
    [InlineData("{{ -7 % 3 }}{{ -7 // 2 }}", "2-4")]
    [InlineData("{{ 'a' ~ 1 + 2 }}", null)]
    [InlineData("{{ 'a' ~ 1 ~ true ~ none ~ missing }}", "a1TrueNone")]
    [InlineData("{{ 1 < 2 < 3 and not 'x' in 'abc' }}", "True")]
    [InlineData("{{ 'x' not in ['x', 'y'] or 3 }}", "3")]
    [InlineData("{{ 'yes' if missing is not defined else 'no' }}", "yes")]
    [InlineData("{{ 'abc'[1] ~ 'abc'[-1] ~ 'abcdef'[::-2] }}", "bcfdb")]
    [InlineData("{{ [1, 'é\"', none, {'a': true}] | tojson }}", "[1, \"é\\\"\", null, {\"a\": true}]")]
    [InlineData("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k ~ v }}{% endfor %}", "a1b2")]
    [InlineData("{% for x in [1, 2, 3, 4] if x is even %}{{ x }}{{ ',' if not loop.last }}{% else %}none{% endfor %}", "2,4")]
    [InlineData("{% for x in [] %}a{% else %}b{% endfor %}", "b")]
    [InlineData("{% for x in range(9) %}{% if x == 3 %}{% break %}{% elif x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "02")]
    [InlineData("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "1")]
    [InlineData("{% set n = namespace(x=1) %}{% for i in [1, 2] %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}", "4")]
    [InlineData("{% set t %}a{{ 'b' | upper }}{% endset %}{{ t ~ t }}", "aBaB")]
    [InlineData("a\n  {% if true %}\nb\n  {% endif %}\nc\n", "a\nb\nc")]
    [InlineData("a \n {{- ' b ' -}} \n c {#- no -#} d", "a b cd")]
    [InlineData("a\n  {%+ if true %}b{% endif +%}\nc", "a\n  b\nc")]
    [InlineData("{{ 'a,b,,c'.split(',')[-1] ~ ' x '.strip() ~ 'xxa'.lstrip('x') ~ ('ab'.startswith('a')) }}", "cxaTrue")]
    [InlineData("{{ ['a', 'b'] | join('-') | replace('-', '+') | length }}", "3")]
    [InlineData("{{ missing | default('d') ~ ('' | default('e', true)) }}", "de")]
    [InlineData("{{ '}}' ~ \"%}\" ~ {'a': {'b': 'c'}}['a'].b }}", "}}%}c")]
    [InlineData("{{ 'a\\n\\t\\'\\u00e9' }}", "a\n\t'é")]
    [InlineData("{{ messages[0].role ~ messages | length ~ messages[5] ~ messages[0].nothing }}", "user1")]
    public void ExpressionsAreThoseOfJinja(string template, string? expected)
    {
        if (expected is null)
        {
            Assert.Contains("'+' does not combine a string with a number", Refusal(template), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected, Format(template, [new("user", "hi")]));
        }
    }

    [Theory]
    [InlineData("\n\n{{ 'a' | urlize }}", "the filter 'urlize' is not supported (line 3)")]
    [InlineData("{{ 'a' is odder }}", "the test 'odder' is not supported (line 1)")]
    [InlineData("{{ open('/etc/passwd') }}", "the function 'open' is not supported (line 1)")]
    [InlineData("{{ 'a'.format(1) }}", "the method 'format' of a string is not supported (line 1)")]
    [InlineData("{{ ''.__class__.__mro__ }}", "'__class__' is not defined, so it has no '__mro__'")]
    [InlineData("{{ messages.append(1) }}", "the method 'append' of a list is not supported")]
    [InlineData("a\n{% macro x() %}{% endmacro %}", "the tag 'macro' is not supported (line 2)")]
    [InlineData("{% include 'x' %}", "the tag 'include' is not supported")]
    [InlineData("{% break %}", "the tag 'break' is not supported")]
    [InlineData("{{ 1.5 }}", "numbers with decimals are not supported")]
    [InlineData("{{ 2 ** 3 }}", "the operator '**' is not supported")]
    [InlineData("{{ 1 // 0 }}", "divided by 0")]
    [InlineData("{{ messages }}", "a list cannot be printed")]
    [InlineData("{{ x.y }}", "'x' is not defined, so it has no 'y'")]
    [InlineData("{{ 'a' | tojson(indent=2) }}", "the argument 'indent' of the filter 'tojson' is not supported")]
    [InlineData("{{ 'a", "not closed")]
    [InlineData("{% if true %}\n{% for x in [] %}", "lacks its 'endfor' (line 2)")]
    [InlineData("{{ 1 2 }}", "'2' is not understood here")]
    [InlineData("{{ }}", "a value is expected, not the end")]
    [InlineData("{% %}", "a name is expected, not the end")]
    [InlineData("{{ 'a' $ }}", "the character '$' has no meaning")]
    [InlineData("{{ 99999999999999999999 }}", "too large")]
    [InlineData("{% set x.y = 1 %}", "'x' is no namespace")]
    [InlineData("{% for a, b in ['x'] %}{% endfor %}", "does not divide into 2 names")]
    [InlineData("{{ (lambda x: x)(1) }}", "')' is expected")]
    public void WhatIsOutsideIsRefusedByNameAndLine(string template, string mention)
    {
        string message = Refusal(template);
        Assert.Contains(mention, message, StringComparison.Ordinal);
        Assert.StartsWith("The chat template: ", message, StringComparison.Ordinal);
        Assert.EndsWith(").", message, StringComparison.Ordinal);
    }

    /// <summary>Templates that would take all memory, all time or all of the stack.</summary>
    [Theory]
    [InlineData("{% set n = namespace(x='aaaa') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}", "more work")]
    [InlineData("{% set n = namespace(x=[1, 1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}", "more work")]
    [InlineData("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "more work")]
    [InlineData("{% for i in range(99999) %}{% for c in 'abcdefghijklmnopqrstuvwxyz' %}{{ c }}{% endfor %}{% endfor %}", "more work")]
    [InlineData("{{ range(99999999999) }}", "a range of more than")]
    [InlineData("{% set n = namespace(x='a') %}{% for i in range(40) %}{% set n.x = n.x.replace('a', 'aaaa') %}{% endfor %}", "more work")]
    [InlineData("{% set n = namespace(x=[]) %}{% for i in range(9000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x | tojson }}", "too deeply")]
    public void HostileTemplatesAreStopped(string template, string mention) =>
        Assert.Contains(mention, Refusal(template), StringComparison.Ordinal);

    [Fact]
    public void DepthIsBounded()
    {
        Assert.Contains("nested too deeply", Refusal($"{{{{ {new string('(', 400)}1{new string(')', 400)} }}}}"), StringComparison.Ordinal);
        Assert.Contains("nested too deeply", Refusal(string.Concat(Enumerable.Repeat("{% if true %}", 9000))), StringComparison.Ordinal);
        Assert.Contains("more than 1000 symbols", Refusal($"{{{{ 1{string.Concat(Enumerable.Repeat(" + 1", 90_000))} }}}}"),
            StringComparison.Ordinal);
        Assert.Contains("more than 1000 symbols", Refusal($"{{{{ x{string.Concat(Enumerable.Repeat(".x", 90_000))} }}}}"),
            StringComparison.Ordinal);
        Assert.Equal("400", Format($"{{{{ 1{string.Concat(Enumerable.Repeat(" + 1", 399))} }}}}", [new("user", "")]));
        Assert.Contains("characters, more than", Refusal(new string('a', 2_000_000)), StringComparison.Ordinal);
    }

    [Fact]
    public void ALongConversationIsNoHostileTemplate()
    {
        string text = new('a', 2_000_000);
        Assert.Contains(text, Format(Llama3, [new("user", text)]), StringComparison.Ordinal);
    }

    [Fact]
    public void NoMessagesAreRefused() =>
        Assert.Contains("at least one message", Assert.Throws<InputException>(() => Format(ChatMl, [])).Message, StringComparison.Ordinal);

    [Fact]
    public void FoldersKeepATemplateInOneOfTwoFiles()
    {
        using TemporaryFolder folder = new();
        Assert.Null(ChatTemplateFiles.Read(folder.Name));
        File.WriteAllText(folder["tokenizer_config.json"], """
            { "bos_token": { "content": "<b>" }, "eos_token": "<e>", "added": 1,
              "chat_template": [{ "name": "tools", "template": "t" }, { "name": "default", "template": "{{ bos_token }}d" }] }
            """);
        ChatTemplate read = ChatTemplateFiles.Read(folder.Name)!;
        Assert.Equal(("{{ bos_token }}d", "<b>", "<e>", "<b>d"),
            (read.Source, read.BeginningOfText, read.EndOfText, read.Format([new("user", "")])));
        File.WriteAllText(folder["chat_template.jinja"], "j{{ eos_token | q }}");
        read = ChatTemplateFiles.Read(folder.Name)!;
        Assert.Contains("chat_template.jinja': the filter 'q' is not supported (line 1)",
            Assert.Throws<InputException>(() => read.Format([new("user", "")])).Message, StringComparison.Ordinal);

        File.Delete(folder["chat_template.jinja"]);
        ChatTemplateFiles.Write(folder.Name, new ChatTemplate("new") { EndOfText = "<other>" });
        string written = File.ReadAllText(folder["tokenizer_config.json"]);
        Assert.Contains("\"added\": 1", written, StringComparison.Ordinal);
        Assert.Equal(("new", "<e>"), (ChatTemplateFiles.Read(folder.Name)!.Source, ChatTemplateFiles.Read(folder.Name)!.EndOfText));
        File.WriteAllText(folder["tokenizer_config.json"], """{ "chat_template": 3 }""");
        Assert.Contains("chat_template must be", Assert.Throws<InputException>(() => ChatTemplateFiles.Read(folder.Name)).Message,
            StringComparison.Ordinal);
    }

    private static string Refusal(string template) =>
        Assert.Throws<InputException>(() => Format(template, [new("user", "hi")])).Message;

    private static string Format(string template, IReadOnlyList<ChatMessage> messages) =>
        new ChatTemplate(template) { BeginningOfText = "<s>", EndOfText = "</s>" }.Format(messages);
}
