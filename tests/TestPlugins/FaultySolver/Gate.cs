namespace FlashDiffusion.TestPlugins;

/// <summary>Where code that should not wait does: until a test in the same process lets it go, else for ever.</summary>
internal static class Gate
{
    private const string Key = "FlashDiffusion.TestPlugins.Gate";

    public static void Wait()
    {
        if (AppContext.GetData(Key) is Action pass)
        {
            pass();
        }
        else
        {
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
