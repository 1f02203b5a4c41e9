using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Studio;

/// <summary>The calls that the studio page shows do as they are what the page does, also for operators whose measurement is no picture.</summary>
[Collection(ServerCollection.Name)]
public sealed class StudioSnippetTests(SharedServer shared)
{
    [Theory]
    [InlineData("inpainting")]
    [InlineData("compressed_sensing")]
    [InlineData("phase_retrieval")]
    public void Snippet_OfEveryLanguage_Restores(string forward)
    {
        using var snippets = new StudioSnippets();

        snippets.Write(shared.Server.Http, forward);

        snippets.RunAll();
    }
}
