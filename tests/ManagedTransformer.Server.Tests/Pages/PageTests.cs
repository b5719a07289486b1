using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace ManagedTransformer.Server.Tests.Pages;

/// <summary>The page at <c>/</c>, in a browser.</summary>
public sealed partial class PageTests(Browser browser) : IClassFixture<Browser>
{
    // In the page, since a click from here may come when the tiny model has written everything.
    private const string StopAtTheFirstToken = """
        new MutationObserver((_, observer) => {
          if (document.querySelector('#texts .token')) {
            observer.disconnect();
            document.querySelector('#stop').click();
          }
        }).observe(document.querySelector('#texts'), { childList: true, subtree: true })
        """;

    private readonly List<string> _faults = [];

    [Theory]
    [InlineData(false, 1280)]
    [InlineData(true, 1280)]
    [InlineData(false, 360)]
    [InlineData(true, 360)]
    public async Task EveryViewShowsWhatItIsFor(bool isDark, int width)
    {
        await using TestServer server = await TestServer.StartAsync(hasAll: true);
        IPage page = await browser.OpenAsync(server, isDark, width, _faults);
        string name = $"{(isDark ? "dark" : "light")}-{width}";

        await page.FillAsync("#write-form [name=prompt]", "hello ");
        await page.FillAsync("#write-form [name=max_tokens]", "60");
        await page.FillAsync("#write-form [name=seed]", "3");
        await page.ClickAsync("#write-form .main");
        await Assertions.Expect(page.Locator("#write-status")).ToContainTextAsync("60 tokens behind 6");
        string expected = "hello " + string.Concat(server.Model.Generate("hello ", new() { MaxTokens = 60, Seed = 3, Temperature = 0.8f }));
        Assert.Equal(expected, await page.Locator("#texts .text").TextContentAsync());
        await CaptureAsync(page, $"write-{name}");

        await page.ClickAsync("#tab-translate");
        await page.FillAsync("#translate-form [name=text]", "a man sleeps\ntwo dogs");
        await page.FillAsync("#translate-form [name=exits]", "uniform:1");
        await page.ClickAsync("#translate-form .main");
        await Assertions.Expect(page.Locator("#translate-status")).ToContainTextAsync("2 sentences");
        Assert.True(await page.Locator("#translations .exit").CountAsync() > 2);
        await Assertions.Expect(page.Locator("#translations .legend")).ToContainTextAsync("layer 4");
        await CaptureAsync(page, $"translate-{name}");

        await page.ClickAsync("#tab-models");
        await page.SelectOptionAsync("#report-model", TestServer.Spans);
        await Assertions.Expect(page.Locator("#reports")).ToContainTextAsync("Spans: mean");
        PngImage bar = new(await page.Locator("#reports td.bar svg").First.ScreenshotAsync());
        (byte r, byte g, byte b) = Accent(isDark);
        Assert.True(bar.Count(r, g, b) > bar.Width * bar.Height / 10, "The bar of a span is empty.");
        await CaptureAsync(page, $"models-{name}");

        await page.ClickAsync("#tab-load");
        await Assertions.Expect(page.Locator("#sessions tbody tr").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#charts figure svg")).ToHaveCountAsync(6);
        await Assertions.Expect(page.Locator("#charts polyline").First).ToHaveAttributeAsync(
            "points", SeveralPoints(), new LocatorAssertionsToHaveAttributeOptions { Timeout = 30_000 });
        PngImage memory = new(await page.Locator("#charts figure svg").Last.ScreenshotAsync());
        Assert.True(memory.Count(r, g, b) > 3, "The chart of the memory has no line.");
        await CaptureAsync(page, $"load-{name}");
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task AConversationIsStreamedAndCanBeStopped()
    {
        await using TestServer server = await TestServer.StartAsync();
        IPage page = await browser.OpenAsync(server, false, 1000, _faults);
        await page.SelectOptionAsync("#write-form [name=kind]", "chat");
        await page.FillAsync("#write-form [name=prompt]", "hello");
        await page.FillAsync("#write-form [name=max_tokens]", "5");
        await page.ClickAsync("#write-form .main");
        await Assertions.Expect(page.Locator("#write-status")).ToContainTextAsync("5 tokens behind");

        await page.FillAsync("#write-form [name=max_tokens]", "480");
        await page.FillAsync("#write-form [name=n]", "16");
        await page.EvaluateAsync(StopAtTheFirstToken);
        await page.ClickAsync("#write-form .main");
        await Assertions.Expect(page.Locator("#write-status")).ToContainTextAsync("Stopped.");
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task AServerWithAKeyAsksForIt()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { ApiKeys = ["0123456789abcdef"] });
        IPage page = await browser.OpenWithoutKeyAsync(server);
        await Assertions.Expect(page.Locator("#summary")).ToContainTextAsync("asks for a key");
        await page.FillAsync("#key", "0123456789abcdef");
        await page.ClickAsync("#key-form button");
        await Assertions.Expect(page.Locator("#summary")).ToContainTextAsync("tiny");
    }

    [Fact]
    public async Task ViewsAreReachedByKeys()
    {
        await using TestServer server = await TestServer.StartAsync();
        IPage page = await browser.OpenAsync(server, false, 1000, _faults);
        await page.FocusAsync("#tab-write");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(page.Locator("#tab-load")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#load")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#write")).ToBeHiddenAsync();

        // Every field has a name that is read out.
        string[] nameless = await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('input, select, textarea')].filter(field => !field.labels?.length).map(field => field.outerHTML)");
        Assert.Empty(nameless);
    }

    // As --s0 of the style sheet.
    private static (byte Red, byte Green, byte Blue) Accent(bool isDark) =>
        isDark ? ((byte)0x58, (byte)0xa6, (byte)0xff) : ((byte)0x09, (byte)0x69, (byte)0xda);

    [GeneratedRegex(@"^\S+ \S+ \S+")]
    private static partial Regex SeveralPoints();

    // Nothing is wider than the window.
    private static async Task CaptureAsync(IPage page, string name)
    {
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Browser.Screenshots, $"{name}.png"), FullPage = true });
        Assert.True(
            await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
            $"{name} is wider than its window.");
    }
}
