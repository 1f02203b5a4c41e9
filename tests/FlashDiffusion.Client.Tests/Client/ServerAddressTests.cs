namespace FlashDiffusion.Client.Tests.Client;

public sealed class ServerAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:8001", "http://127.0.0.1:8001/")]
    [InlineData("http://localhost:9", "http://localhost:9/")]
    [InlineData("https://flash.example", "https://flash.example/")]
    [InlineData("dns:///flash:8001", "dns:///flash:8001")]
    [InlineData("dns:8001", "http://dns:8001/")]
    public void Parse_Address_IsAnUri(string text, string expected) => Assert.Equal(expected, ServerAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("ftp://there")]
    [InlineData("http://")]
    [InlineData("a b:c")]
    public void Parse_NoAddress_SaysWhatOneLooksLike(string text)
    {
        var exception = Assert.Throws<ArgumentException>(() => ServerAddress.Parse(text));

        Assert.Contains("http://127.0.0.1:8001", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dns:///")]
    [InlineData("dns:///a/b")]
    [InlineData("dns://flash:8001")]
    [InlineData("dns:flash:8001")]
    public void Parse_NoName_SaysWhatOneLooksLike(string text) =>
        Assert.Contains("dns:///flashdiffusion:8001", Assert.Throws<ArgumentException>(() => ServerAddress.Parse(text)).Message, StringComparison.Ordinal);
}
