using System.Text.Json.Nodes;
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
        "<s><|start_header_id|>system<|end_header_id|>\n\nToday: 31 Jan 2025\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>"
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
    [InlineData("a\n{% block x %}{% endblock %}", "the tag 'block' is not supported (line 2)")]
    [InlineData("a\n{% endif %}", "unexpected 'endif', no block is open here (line 2)")]
    [InlineData("{% else %}", "unexpected 'else', no block is open here")]
    [InlineData("{% if true %}\n{% endfor %}", "unexpected 'endfor', the block 'if' of line 1 is open and ends with 'endif' (line 2)")]
    [InlineData("{% if true %}{% else %}{% elif true %}{% endif %}", "unexpected 'elif', the block 'if' of line 1 is open")]
    [InlineData("{% for x in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", "unexpected 'break', no loop is open here")]
    [InlineData("{% for x in [1] recursive %}{% endfor %}", "recursive loops are not supported")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "9223372036854775807 + 1 is a whole number of more than 64 bits")]
    [InlineData("{{ -9223372036854775807 - 2 }}", "more than 64 bits")]
    [InlineData("{{ 4611686018427387904 * 2 }}", "more than 64 bits")]
    [InlineData("{{ (0 - 9223372036854775807 - 1) // -1 }}", "more than 64 bits")]
    [InlineData("{{ 1 / 0 }}", "divided by 0")]
    [InlineData("{{ messages | map('upper') }}", "cannot be printed")]
    [InlineData("{{ messages | select | length }}", "has no length")]
    [InlineData("{{ messages | selectattr }}", "the filter 'selectattr' needs the name of an attribute")]
    [InlineData("{{ messages | selectattr('role', 'odder') | list }}", "the test 'odder' is not supported")]
    [InlineData("{{ [1, 'a'] | sort }}", "does not combine")]
    [InlineData("{{ strftime_now('%Q') }}", "'%Q' in the form of a time is not supported")]
    [InlineData("{{ messages[0].update({}) }}", "the method 'update' of a mapping is not supported")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "the macro 'm' with 2 arguments is not supported")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(b=2) }}", "the argument 'b' of the macro 'm' is not supported")]
    [InlineData("{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}", "the argument 'a' of the macro 'm' is not supported twice")]
    [InlineData("{{ x | tojson }}", "'x', which is not defined cannot become JSON")]
    [InlineData("{{ 'a' | tojson(separators=1) }}", "needs two strings as separators")]
    [InlineData("{{ 3() }}", "a number cannot be called")]
    [InlineData("{{ {1: 2} }}", "a mapping has strings as keys, not a number")]
    [InlineData("{{ '\\N{DASH}' }}", "characters by their names")]
    [InlineData("{% include 'x' %}", "the tag 'include' is not supported")]
    [InlineData("{% break %}", "unexpected 'break', no loop is open here")]
    [InlineData("{{ 2 ** 3 }}", "the operator '**' is not supported")]
    [InlineData("{{ 1 // 0 }}", "divided by 0")]
    [InlineData("{{ x.y }}", "'x' is not defined, so it has no 'y'")]
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
    [InlineData("{% set n = namespace(x=[]) %}{% for i in range(9000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}", "too deeply")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "the macro 'm' is called within macros that are nested too deeply")]
    [InlineData("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}", "nested too deeply")]
    [InlineData("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(30) }}", "more work")]
    [InlineData("{{ 'a' * 99999999999 }}", "more work")]
    [InlineData("{{ '' * 99999999999 }}", "more work")]
    [InlineData("{{ range(99999) | map('tojson', indent=9) | sort | unique | list }}", "more work")]
    [InlineData("{% for i in range(9999) %}{{ [[[[[[[[i]]]]]]]] | tojson(indent=999) }}{% endfor %}", "more work")]
    [InlineData("{% for i in range(99999) %}{{ strftime_now('%A %A %A %A %A %A %A %A %A %A %A %A %A %A') }}{% endfor %}", "more work")]
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
    public void AnEmptyPromptIsRefused() =>
        Assert.Equal("The chat template makes an empty prompt of these messages.", Refusal("{{ undefined }}"));

    [Fact]
    public void TheClockIsGiven()
    {
        ChatTemplate template = new("{{ strftime_now('%d %b %Y %H:%M') }}") { Clock = new StillClock(new(2024, 2, 29, 7, 8, 9, default)) };
        Assert.Equal("29 Feb 2024 07:08", template.Format([new("user", "hi")]));
    }

    [Fact]
    public void ProgramsAddVariables()
    {
        ChatTemplate template = new("{{ enable_thinking }}{{ tools | tojson }}{{ messages | length }}{{ n * 2 }}{{ documents }}")
        {
            Variables = new() { ["enable_thinking"] = false, ["tools"] = new JsonArray("ä", 0.5, null), ["n"] = 21, ["messages"] = "no" },
        };
        Assert.Equal("False[\"ä\", 0.5, null]142None", template.Format([new("user", "hi")]));
        ChatTemplate large = new("x") { Variables = new() { ["n"] = JsonNode.Parse("[99999999999999999999]") } };
        Assert.Contains("'n' has the number 99999999999999999999",
            Assert.Throws<InputException>(() => large.Format([new("user", "hi")])).Message, StringComparison.Ordinal);
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

    [Fact]
    public void NamedTemplatesAreChosenAndKept()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["tokenizer_config.json"], """
            { "pad_token": "<p>", "chat_template": [{ "name": "default", "template": "d" }, { "name": "tool_use", "template": "t" },
              { "name": "rag", "template": "r{{ pad_token }}" }] }
            """);
        ChatTemplate template = ChatTemplateFiles.Read(folder.Name)!;
        Assert.Equal(["default", "tool_use", "rag"], template.Names);
        Assert.Equal(("d", "r<p>"), (template.Format([new("user", "")]), template.Named("rag").Format([new("user", "")])));
        ChatTemplateFiles.Write(folder.Name, template);
        Assert.Equal("r<p>", ChatTemplateFiles.Read(folder.Name)!.Named("rag").Format([new("user", "")]));
        Assert.Contains("tokenizer_config.json' has no entry named 'x', but 'default', 'tool_use', 'rag'.",
            Assert.Throws<InputException>(() => template.Named("x")).Message, StringComparison.Ordinal);
        Assert.Contains("so there is none named 'x'", Assert.Throws<InputException>(() => new ChatTemplate("a").Named("x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ToolsChooseTheirTemplate()
    {
        ChatTemplate template = new("d")
        {
            Templates = [KeyValuePair.Create("default", "d"), KeyValuePair.Create("tool_use", "t{{ tools | length }}")],
            Variables = new() { ["tools"] = new JsonArray(1, 2) },
        };
        Assert.Equal("t2", template.Format([new("user", "")]));
    }

    [Fact]
    public void AListWithoutADefaultIsRefusedWhereItIsApplied()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["tokenizer_config.json"], """
            { "chat_template": [{ "name": "tool_use", "template": "t" }, { "name": "rag", "template": "r" }] }
            """);
        ChatTemplate template = ChatTemplateFiles.Read(folder.Name)!;
        Assert.Contains("tokenizer_config.json' has no entry named 'default', but 'tool_use', 'rag'.",
            Assert.Throws<InputException>(() => template.Format([new("user", "")])).Message, StringComparison.Ordinal);
        Assert.Equal("r", template.Named("rag").Format([new("user", "")]));
    }

    private static string Refusal(string template) =>
        Assert.Throws<InputException>(() => Format(template, [new("user", "hi")])).Message;

    private static string Format(string template, IReadOnlyList<ChatMessage> messages) =>
        new ChatTemplate(template)
        {
            BeginningOfText = "<s>",
            EndOfText = "</s>",
            Clock = new StillClock(new(2025, 1, 31, 0, 0, 0, TimeSpan.Zero)),
        }.Format(messages);
}
