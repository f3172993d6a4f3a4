namespace Gatehouse.Core.Guards;

/// <summary>
/// The credentials that are known by how they look: those with a prefix of their own, and those that only the name of
/// the service before them tells. Examples are invented from the forms, so that no file here looks like a leak.
/// </summary>
internal static class SecretRules
{
    /// <summary>All rules with a form.</summary>
    public static readonly SecretRule[] All =
    [
        new("1password", "1password.dev", "ops_eyJ<b250-1500><=0-3> A3-<U6>-<U6>-<U5>-<U5>-<U5>-<U5> "
            + "A3-<U6>-<U11>-<U5>-<U5>-<U5>"),
        new("adafruit", "adafruit.com", "", "adafruit", "<u32>"),
        new("adobe", "developer.adobe.com", "p8e-<w32>", "adobe", "<x32>"),
        new("age", "age-encryption.org", "AGE-SECRET-KEY-1<c58>"),
        new("aikido", "help.aikido.dev", "AIK_CI_<w20-44> AIK_CLIENT_<w24> AIK_SECRET_<w64>", "aikido aik_",
            "<w40-64>"),
        new("airtable", "airtable.com/developers", "pat<w14>.<x64>", "airtable", "<l17> "
            + "<U8-40>.v1.<u8-100>.<x40-100>"),
        new("algolia", "algolia.com/doc", "", "algolia", "<l32>"),
        new("alibaba", "alibabacloud.com/help", "LTAI<w17-21> STS.<w16-64>", "alibaba aliyun",
            "<w30-64> CAIS<p20-1000> CAIS/<p20-1000>"),
        new("amplitude", "amplitude.com/docs", "", "amplitude", "<x32>"),
        new("anthropic", "docs.anthropic.com", "sk-ant-api03-<u93>AA sk-ant-admin01-<u93>AA sk-ant-oat01-<u80-120>"),
        new("apify", "docs.apify.com", "apify_api_<w34-38>"),
        new("artifactory", "jfrog.com/help", "AKCp<w68-70> cmVmd<w59>"),
        new("asana", "developers.asana.com", "", "asana", "<l32> <d16> <d1>/<d16>:<x32>"),
        new("assemblyai", "assemblyai.com/docs", "", "assemblyai", "<l32>"),
        new("atlassian", "developer.atlassian.com", "ATATT3<u150-250><=0-1><U0-10> ATCTT3<u150-250><=0-1><U0-10> "
            + "ATBB<w32>",
            "atlassian confluence jira", "<l20-24>"),
        new("authress", "authress.io", "sc_<w5-30>.<w4-6>.acc-<u10-32>.<p30-120> "
            + "ext_<w5-30>.<w4-6>.acc-<u10-32>.<p30-120>", "authress"),
        new("aws", "docs.aws.amazon.com", "AKIA<K16> ASIA<K16> ABIA<K16> ACCA<K16> ABSK<b109-269><=0-2> "
            + "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t<b0-1500><=0-2>", "aws amazon", "<b40>"),
        new("azure", "learn.microsoft.com", "", "accountkey sharedaccesskey azure", "<b86>== <b43>= "
            + "<b40-84><=0-2> <l32> <uuid>"),
        new("beamer", "getbeamer.com", "", "beamer", "b_<p44>"),
        new("bitbucket", "developer.atlassian.com", "", "bitbucket", "<l32> <p64> <w18-20>"),
        new("bitly", "dev.bitly.com", "", "bitly", "<x40>"),
        new("bitrise", "docs.bitrise.io", "", "bitrise", "<u80-90>"),
        new("bittrex", "bittrex.github.io", "", "bittrex", "<l32>"),
        new("box", "developer.box.com", "", "box", "<w32>"),
        new("brave", "brave.com/search/api", "BSA<u24-40>", "brave"),
        new("buildkite", "buildkite.com/docs", "bkua_<l40> bkua_<l53> bkpat_<u54> bkps_<u64> bkaa_<u75> bkct_<u73>"),
        new("canva", "canva.dev", "cnvca<u51>", "canva", "OC-<u10-16>"),
        new("cerebras", "inference-docs.cerebras.ai", "csk-<l48>"),
        new("cfx", "docs.fivem.net", "cfxk_<w20-40>"),
        new("checkout", "checkout.com/docs", "sk_<x8>-<x4>-<x4>-<x4>-<x12> sk_test_<uuid>", "checkout"),
        new("circleci", "circleci.com/docs", "CCIPAT_<w22>_<x40> CCIPRJ_<w22>_<x40>", "circleci", "<x40>"),
        new("cisco-meraki", "developer.cisco.com", "", "meraki", "<x40>"),
        new("clerk", "clerk.com/docs", "", "clerk", "sk_test_<w32> sk_live_<w32> sk_test_<w40-50> sk_live_<w40-50>"),
        new("clickhouse", "clickhouse.com/docs", "4b1d<w38>", "clickhouse", "<w20>"),
        new("clickup", "developer.clickup.com", "", "clickup", "pk_<d8-9>_<U32>"),
        new("clojars", "clojars.org", "CLOJARS_<l60>"),
        new("cloudflare", "developers.cloudflare.com", "v1.0-<x24>-<x146>", "cloudflare", "<u40> <x37>"),
        new("cloudinary", "cloudinary.com/documentation", "", "cloudinary", "<w32> <u27> <d15>"),
        new("cloudsmith", "docs.cloudsmith.com", "csa_<x30><w6>"),
        new("cockroach", "cockroachlabs.com/docs", "CCDB1_<w22>_<w40>"),
        new("codecov", "docs.codecov.com", "", "codecov", "<uuid> <l32>"),
        new("cohere", "docs.cohere.com", "", "cohere co_api_key", "<w40>"),
        new("coinbase", "docs.cdp.coinbase.com", "", "coinbase", "<u64> <w16> <w32>"),
        new("configcat", "configcat.com/docs", "configcat-sdk-1/<u22>/<u22>", "configcat", "<u22>/<u22>"),
        new("confluent", "docs.confluent.io", "", "confluent", "<w64> <U16>"),
        new("contentful", "contentful.com/developers", "CFPAT-<u43>", "contentful", "<u43>"),
        new("couchbase", "docs.couchbase.com", "", "couchbase capella", "<b60-120><=0-2>"),
        new("coveralls", "docs.coveralls.io", "", "coveralls", "<w37> <w33>"),
        new("crates-io", "crates.io", "cio<w32>"),
        new("cursor", "docs.cursor.com", "", "cursor", "key_<x64>"),
        new("databento", "databento.com/docs", "db-<w29>"),
        new("databricks", "docs.databricks.com", "dapi<x32> dapi<x32>-<d1> dkea<x32>", "databricks"),
        new("datadog", "docs.datadoghq.com", "", "datadog dd_api dd_app", "<w40> <l32>"),
        new("datagov", "api.data.gov", "", "data.gov datagov", "<w40>"),
        new("datastax", "docs.datastax.com", "AstraCS:<w20-32>:<x64> AstraCS:<w20-100>"),
        new("deepgram", "developers.deepgram.com", "", "deepgram", "<x40>"),
        new("deepseek", "api-docs.deepseek.com", "", "deepseek", "sk-<x32>"),
        new("defined-networking", "docs.defined.net", "dnkey-<p26>-<p52>"),
        new("deno", "docs.deno.com", "ddp_<w36>"),
        new("devcycle", "docs.devcycle.com", "dvc_client_<w8-32> dvc_mobile_<w8-32> dvc_server_<w8-32>"),
        new("devin", "docs.devin.ai", "apk_user_<b120-180><=0-2> apk_<b80-100><=0-2> cog_<k52>"),
        new("digitalocean", "docs.digitalocean.com", "dop_v1_<x64> doo_v1_<x64> dor_v1_<x64>"),
        new("discord", "discord.com/developers", "", "discord", "<w23-28>.<u6-7>.<u27-40> <x64> <u32>"),
        new("discord-webhook", "discord.com/developers", "discord.com/api/webhooks/<d17-20>/<u60-80> "
            + "discordapp.com/api/webhooks/<d17-20>/<u60-80>"),
        new("disqus", "disqus.com/api", "", "disqus", "<w64>"),
        new("docker", "docs.docker.com", "dckr_pat_<u27> dckr_oat_<u32> SWMTKN-1-<l50-60>-<l24-30> "
            + "SWMKEY-1-<b40-50>"),
        new("doppler", "docs.doppler.com", "dp.pt.<w40-44> dp.st.<u1-40>.<w40-44> dp.ct.<w40-44> dp.sa.<w40-44>"),
        new("droneci", "docs.drone.io", "", "droneci drone", "<w32>"),
        new("dropbox", "dropbox.com/developers", "sl.<u130-1200>", "dropbox", "<l15> <l11>AAAAAAAAAA<u43>"),
        new("duffel", "duffel.com/docs", "duffel_test_<u43> duffel_live_<u43>"),
        new("dynatrace", "docs.dynatrace.com", "dt0c01.<w24>.<w64> dt0s16.<w8>.<w64>"),
        new("easypost", "docs.easypost.com", "EZAK<w54> EZTK<w54>"),
        new("ebay", "developer.ebay.com", "PRD-<x12>-<x4>-<x4>-<x4>-<x4>", "ebay",
            "<w3-20>-<w3-20>-PRD-<x8-12>-<x8-12> PRD-<x8-12>-<x4>-<x4>-<x4>-<x4-12>"),
        new("elastic", "elastic.co/docs", "essu_<u60-200><=0-2>", "elastic_cloud elastic_token elastic_api"),
        new("elevenlabs", "elevenlabs.io/docs", "sk_<x48>", "elevenlabs", "sk_<x48> <x32>"),
        new("endorlabs", "docs.endorlabs.com", "endr+<w16>"),
        new("etsy", "developers.etsy.com", "", "etsy", "<l24>:<l8-12> <l24>"),
        new("exoscale", "community.exoscale.com", "EXO<w24-30>", "exoscale", "<u40-60>"),
        new("facebook", "developers.facebook.com", "EAAM<w100-1000> EAAC<w100-1000>", "facebook",
            "<d15-16>|<u27-40> <x32>"),
        new("fastly", "fastly.com/documentation", "", "fastly", "<u32>"),
        new("figma", "figma.com/developers", "figd_<u38-42>", "figma", "<x6>-<uuid>"),
        new("finicity", "developer.mastercard.com", "", "finicity", "<x32> <w20>"),
        new("finnhub", "finnhub.io/docs", "", "finnhub", "<l20> <l40>"),
        new("flickr", "flickr.com/services/api", "", "flickr", "<l32>"),
        new("flutterwave", "developer.flutterwave.com", "FLWSECK_TEST-<X12> FLWSECK_TEST-<X32>-X FLWSECK-<X32>-X "
            + "FLWPUBK_TEST-<X32>-X"),
        new("flyio", "fly.io/docs", "fo1_<u43> fm1r_<b100-1000><=0-3> fm1a_<b100-1000><=0-3> fm2_<b100-1000><=0-3>"),
        new("frameio", "developer.frame.io", "fio-u-<p64>"),
        new("freshbooks", "freshbooks.com/api", "", "freshbooks", "<l64>"),
        new("fullstory", "developer.fullstory.com", "", "fullstory", "na1.<b60-140><=0-2> eu1.<b60-140><=0-2>"),
        new("gatehouse", "docs of Gatehouse", "gth_<k52>"),
        new("google", "cloud.google.com/docs", "AIzaSy<u33> AQ.Ab8RN6<u44> GOCSPX-<u28> ya29.<u40-1000> 1//<u40-200>",
            "gemini"),
        new("gitea", "docs.gitea.com", "", "gitea", "<x40>"),
        new("github", "docs.github.com", "ghp_<w36> gho_<w36> ghu_<w36> ghs_<w36> ghr_<w36> github_pat_<_82>",
            "github", "<x40>"),
        new("gitlab", "docs.gitlab.com", "glpat-<u20> glpat-<u27-300>.<l2><l7> glpat-<u27-300>.<l2>.<l9> "
            + "gldt-<u20> glft-<u20> glptt-<x40> GR1348941<u20> glrt-<u20> glrt-t<d1>_<u27-300>.<l2><l7> "
            + "glsoat-<u20> glimt-<u25> glagent-<u50> gloas-<u64> glcbt-<w1-5>_<u20> glffct-<u20> "
            + "_gitlab_session=<l32>"),
        new("gitter", "developer.gitter.im", "", "gitter", "<u40>"),
        new("gocardless", "developer.gocardless.com", "", "gocardless", "live_<u40> sandbox_<u40>"),
        new("grafana", "grafana.com/docs", "eyJrIjoi<b40-380><=0-3> glc_<b40-400><=0-3> glsa_<w32>_<X8>"),
        new("greptile", "greptile.com/docs", "", "greptile", "<b48>"),
        new("groq", "console.groq.com/docs", "gsk_<w52>", "groq"),
        new("gumroad", "gumroad.com/api", "", "gumroad", "<x64> <u43>"),
        new("harness", "developer.harness.io", "pat.<u22>.<x24>.<w20> sat.<u22>.<x24>.<w20>"),
        new("heroku", "devcenter.heroku.com", "HRKU-AA<u58> HRKU-<uuid>", "heroku", "<uuid>"),
        new("highnote", "docs.highnote.com", "", "highnote", "sk_live_<b60-120><=0-2>"),
        new("honeycomb", "docs.honeycomb.io", "hcaik_<l58> hcbik_<l58> hcxik_<l58>", "honeycomb", "<x32> <w22>"),
        new("hubspot", "developers.hubspot.com", "pat-na1-<uuid> pat-eu1-<uuid>", "hubspot", "<uuid>"),
        new("huggingface", "huggingface.co/docs", "hf_<a34> api_org_<a34>"),
        new("ibm", "cloud.ibm.com/docs", "", "ibm ibmcloud", "<u42-44>"),
        new("influx", "docs.influxdata.com", "", "influx influxdb", "<u86>=="),
        new("infomaniak", "developer.infomaniak.com", "", "infomaniak", "<u60-100>"),
        new("infracost", "infracost.io/docs", "ico-<w32>"),
        new("intercom", "developers.intercom.com", "", "intercom", "<p60>"),
        new("intra42", "api.intra.42.fr", "s-s4t2ud-<X64> s-s4t2af-<X64>"),
        new("ionic", "ionic.io/docs", "ion_<w42>"),
        new("jumpcloud", "docs.jumpcloud.com", "jca_<w36>", "jumpcloud", "<l40>"),
        new("kagi", "help.kagi.com", "", "kagi", "<u11>.<u43>"),
        new("kimi", "platform.moonshot.ai", "", "kimi moonshot", "sk-<w48>"),
        new("klaviyo", "developers.klaviyo.com", "", "klaviyo", "pk_<w34>"),
        new("kraken", "docs.kraken.com", "", "kraken", "<b80-90><=0-2>"),
        new("kucoin", "kucoin.com/docs", "", "kucoin", "<x24> <uuid>"),
        new("langsmith", "docs.smith.langchain.com", "lsv2_pt_<X32>_<X10> lsv2_sk_<X32>_<X10>"),
        new("lark", "open.larksuite.com", "", "lark larksuite feishu", "<w32> cli_<w16>"),
        new("launchdarkly", "docs.launchdarkly.com", "api-<uuid>", "launchdarkly", "<p40> sdk-<uuid>"),
        new("lichess", "lichess.org/api", "lip_<_16-60>"),
        new("lighton", "docs.lighton.ai", "", "lighton paradigm", "<u40-80>"),
        new("linear", "developers.linear.app", "lin_api_<w40>", "linear", "<x32>"),
        new("linkedin", "learn.microsoft.com/linkedin", "", "linkedin linked_in linked-in", "<w16> <l14>"),
        new("lob", "docs.lob.com", "", "lob", "test_<x35> live_<x35> test_pub_<x31> live_pub_<x31>"),
        new("looker", "cloud.google.com/looker", "", "looker", "<l24> <l20>"),
        new("mailchimp", "mailchimp.com/developer", "", "mailchimp", "<x32>-us<d1-2>"),
        new("mailersend", "developers.mailersend.com", "mlsn.<w30-100>"),
        new("mailgun", "documentation.mailgun.com", "", "mailgun",
            "key-<x32> pubkey-<x32> <x32>-<x8>-<x8>"),
        new("mapbox", "docs.mapbox.com", "sk.eyJ<u50-100>.<u20-24> pk.eyJ<u50-100>.<u20-24>"),
        new("mattermost", "developers.mattermost.com", "", "mattermost", "<l26>"),
        new("mercury", "docs.mercury.com", "mercury_production_<l3-6>_<w40-50>_yrucrem", "mercury"),
        new("mergify", "docs.mergify.com", "mergify_application_key_<u40-200>"),
        new("messagebird", "developers.messagebird.com", "", "messagebird message_bird", "<w25> <uuid>"),
        new("midtrans", "docs.midtrans.com", "Mid-server-<u16-40>"),
        new("minimax", "platform.minimax.io", "sk-api-<u119>", "minimax"),
        new("mistral", "docs.mistral.ai", "", "mistral", "<w32>"),
        new("mongodb-atlas", "mongodb.com/docs/atlas", "mdb_sa_sk_<u40>"),
        new("neon", "neon.com/docs", "napi_<w64>"),
        new("netlify", "docs.netlify.com", "nfp_<w36>", "netlify", "<u40-46>"),
        new("new-relic", "docs.newrelic.com", "NRAK-<U27> NRJS-<x19> NRII-<u32>", "newrelic new_relic "
            + "new-relic", "<w64> <x40>"),
        new("notion", "developers.notion.com", "ntn_<d11><w35> secret_<w43>"),
        new("npm", "docs.npmjs.com", "npm_<w36>", "_authtoken npm_token", "<uuid>"),
        new("nuget", "learn.microsoft.com/nuget", "oy2<k43>"),
        new("nvidia", "docs.api.nvidia.com", "nvapi-<u60-70>"),
        new("nytimes", "developer.nytimes.com", "", "nytimes", "<w32>"),
        new("octopus", "octopus.com/docs", "API-<U26>"),
        new("okta", "developer.okta.com", "", "okta", "00<u40>"),
        new("ollama", "docs.ollama.com", "", "ollama", "<x32>.<u24>"),
        new("onesignal", "documentation.onesignal.com", "os_v2_app_<k103> os_v2_org_<k103>"),
        new("onfido", "documentation.onfido.com", "api_live_ca.<u20-80> api_live.<u20-80> api_live_us.<u20-80>"),
        new("openai", "platform.openai.com/docs", "sk-proj-<u40-200> sk-svcacct-<u40-200> sk-admin-<u40-200> "
            + "sk-<w20>T3BlbkFJ<w20>", "openai", "sk-<w40-64>"),
        new("openrouter", "openrouter.ai/docs", "sk-or-v1-<x64>"),
        new("openshift", "docs.redhat.com/openshift", "sha256~<u43>"),
        new("openweather", "openweathermap.org/api", "", "openweather pyowm", "<l32>"),
        new("ovh", "docs.ovh.com", "", "ovh", "<w16> <w32>"),
        new("paddle", "developer.paddle.com", "pdl_live_apikey_<l26>_<w22>_<w3>", "paddle", "<x50>"),
        new("perplexity", "docs.perplexity.ai", "pplx-<w48>"),
        new("persona", "docs.withpersona.com", "persona_production_<u20-80>", "persona"),
        new("pinecone", "docs.pinecone.io", "pcsk_<w5-6>_<w63>", "pinecone", "<uuid>"),
        new("pinterest", "developers.pinterest.com", "pina_<u20-200>"),
        new("plaid", "plaid.com/docs", "access-sandbox-<uuid> access-production-<uuid>", "plaid", "<l30> <l24>"),
        new("planetscale", "planetscale.com/docs", "pscale_tkn_<p32-64> pscale_pw_<p32-64> "
            + "pscale_oauth_<p32-64>", "pscale planetscale", "<l12>"),
        new("plivo", "plivo.com/docs", "", "plivo", "<u40> MA<U18>"),
        new("polar", "polar.sh/docs", "polar_at_<u20-100> polar_oat_<u20-100> polar_pat_<u20-100>"),
        new("posthog", "posthog.com/docs", "phx_<u41-49> phc_<u41-44>"),
        new("postman", "learning.postman.com", "PMAK-<X24>-<X34>"),
        new("prefect", "docs.prefect.io", "pnu_<w36>"),
        new("private-ai", "docs.private-ai.com", "", "privateai private_ai private-ai", "<w32>"),
        new("proof", "dev.proof.com", "prf_<w20-80> prf_cli_<w20-80>", "proof_api"),
        new("pulumi", "pulumi.com/docs", "pul-<x40>"),
        new("pypi", "pypi.org/help", "pypi-AgEIcHlwaS5vcmc<u50-1000> pypi-AgENdGVzdC5weXBpLm9yZ<u50-1000>"),
        new("rainforest", "docs.rainforestpay.com", "", "rainforest", "apikey_<x64>"),
        new("ramp", "docs.ramp.com", "ramp_id_<w40> ramp_sec_<w48>"),
        new("rapidapi", "docs.rapidapi.com", "", "rapidapi", "<u50>"),
        new("readme", "docs.readme.com", "rdme_<l70>", "readme"),
        new("redirect-pizza", "redirect.pizza", "rpa_<w30>", "redirect_pizza"),
        new("render", "render.com/docs", "rnd_<w28>"),
        new("replicate", "replicate.com/docs", "r8_<w37>"),
        new("rootly", "docs.rootly.com", "rootly_<x64>"),
        new("rubygems", "guides.rubygems.org", "rubygems_<x48>"),
        new("runpod", "docs.runpod.io", "rpa_<U40><w6>", "runpod"),
        new("salesforce", "developer.salesforce.com", "00D<w12>!<s80-260>", "salesforce", "<w24> <X64>"),
        new("samsara", "developers.samsara.com", "samsara_api_<w26-32>"),
        new("scaleway", "scaleway.com/docs", "tk-us-<u48>", "scaleway scw", "<uuid>"),
        new("sendbird", "sendbird.com/docs", "", "sendbird", "<x40> <uuid>"),
        new("sendgrid", "twilio.com/docs/sendgrid", "SG.<u20-24>.<u39-50>"),
        new("brevo", "developers.brevo.com", "xkeysib-<X64>-<w16> xsmtpsib-<X64>-<w16>"),
        new("segment", "segment.com/docs", "sgp_<w64>"),
        new("sentry", "docs.sentry.io", "sntrys_eyJ<b40-400><=0-2>_<b43> sntryu_<x64>", "sentry", "<x64>"),
        new("settlemint", "console.settlemint.com", "sm_aat_<w16> sm_pat_<w16> sm_sat_<w16>"),
        new("shippo", "docs.goshippo.com", "shippo_test_<X40> shippo_live_<X40>"),
        new("shopify", "shopify.dev", "shpat_<X32> shpca_<X32> shppa_<X32> shpss_<X32>"),
        new("sidekiq", "github.com/sidekiq", "", "bundle_enterprise__contribsys__com "
            + "bundle_gems__contribsys__com", "<x8>:<x8>"),
        new("slack", "docs.slack.dev", "xoxb-<d8-14>-<d8-14><u0-64> xoxb-<d8-14>-<w18-26> "
            + "xoxp-<d10-13>-<d10-13>-<d10-13>-<u28-34> xoxe-<d1>-<U146> xoxe.xoxp-<d1>-<U163-166> "
            + "xoxe.xoxb-<d1>-<U163-166> xoxa-<d1>-<w8-48> xoxa-<w8-48> xoxr-<w8-48> "
            + "xoxs-<d6-14>-<d6-14>-<d6-14>-<X10-64> xoxo-<d6-14>-<d6-14>-<d6-14>-<X10-64> "
            + "xapp-<d1>-<U8-14>-<d8-14>-<l40-80> xoxc-<d9-15>-<d9-15>-<d9-15>-<X64> xoxd-<b100-400><=0-2>"),
        new("slack-webhook", "docs.slack.dev", "hooks.slack.com/services/<b40-56> "
            + "hooks.slack.com/workflows/<b40-80> hooks.slack.com/triggers/<b40-80>"),
        new("snowflake", "docs.snowflake.com", "", "snowflake", "<u80-260>"),
        new("snyk", "docs.snyk.io", "", "snyk", "<uuid>"),
        new("sonar", "docs.sonarsource.com", "squ_<x40> sqp_<x40> sqa_<x40>", "sonar", "<l40>"),
        new("sourcegraph", "sourcegraph.com/docs", "sgp_<X16>_<X40> sgp_local_<X40> sgp_<X40>", "sourcegraph",
            "<X40>"),
        new("square", "developer.squareup.com", "EAAA<u56-60> sq0atp-<u22> sq0csp-<u43>"),
        new("squarespace", "developers.squarespace.com", "", "squarespace", "<uuid>"),
        new("sslmate", "sslmate.com/help", "", "sslmate", "<w36>"),
        new("stability", "platform.stability.ai", "", "stability", "sk-<w48>"),
        new("stripe", "docs.stripe.com", "sk_live_<w24-99> sk_test_<w24-99> rk_live_<w24-99> rk_test_<w24-99> "
            + "whsec_<w32>"),
        new("sumologic", "help.sumologic.com", "", "sumo sumologic", "su<w12> <w64>"),
        new("supabase", "supabase.com/docs", "sbp_<u40> sb_secret_<u31>", "supabase", "<u86>=="),
        new("tableau", "help.tableau.com", "", "tableau", "<b22>==:<w32>"),
        new("tailscale", "tailscale.com/kb", "tskey-api-<u20-60> tskey-auth-<w10-20>CNTRL-<w20-40> "
            + "tskey-client-<u20-60>"),
        new("telegram", "core.telegram.org/bots", "", "telegram", "<d8-10>:AA<u33>"),
        new("telnyx", "developers.telnyx.com", "", "telnyx", "KEY<u55>"),
        new("terraform", "developer.hashicorp.com", "", "terraform tfe atlas", "<w14>.atlasv1.<p60-70>"),
        new("thunderstore", "thunderstore.io", "tss_<w28-80>"),
        new("together", "docs.together.ai", "tgp_v1_<u43>", "together", "<x64>"),
        new("travis", "docs.travis-ci.com", "", "travis", "<u22>"),
        new("trello", "developer.atlassian.com", "ATTA<X64>", "trello", "<x64> <x32>"),
        new("twilio", "twilio.com/docs", "SK<x32>", "twilio", "<x32>"),
        new("twitch", "dev.twitch.tv", "", "twitch", "<l30>"),
        new("twitter", "docs.x.com", "AAAAAAAAAAAAAAAAAAAAA<p80-120>", "twitter", "<d15-25>-<w20-40> <w25> <w45> "
            + "<w50>"),
        new("typeform", "typeform.com/developers", "tfp_<p59>"),
        new("unkey", "unkey.com/docs", "unkey_<w20-32>", "unkey"),
        new("upcloud", "developers.upcloud.com", "ucat_<w24-32>", "upcloud"),
        new("upstage", "console.upstage.ai", "up_<w29>", "upstage", "<w40-50>"),
        new("valtown", "docs.val.town", "vtwn_<w30-80>"),
        new("vault", "developer.hashicorp.com/vault", "hvs.<u90-120> hvb.<u138-300> s.<w24>"),
        new("vercel", "vercel.com/docs", "vck_<u56> vca_<u56> vcr_<u56> vci_<u56> vcp_<u56>", "vercel", "<w24>"),
        new("wakatime", "wakatime.com/developers", "waka_<l36-64> waka_<uuid>", "wakatime waka_time", "<uuid>"),
        new("weatherstack", "weatherstack.com/documentation", "", "weatherstack", "<l32>"),
        new("wandb", "docs.wandb.ai", "wandb_v1_<_77>", "wandb weightsandbiases", "<x40>"),
        new("workato", "docs.workato.com", "", "workato", "wrka-eyJ<u8-1500>.<u16-1500>.<u64-600> "
            + "wrkaeu-eyJ<u8-1500>.<u16-1500>.<u64-600>"),
        new("workos", "workos.com/docs", "", "workos", "sk_live_a2V5Xz<b69><=0-2>"),
        new("xai", "docs.x.ai", "xai-<u70-120>", "xai"),
        new("yandex", "yandex.cloud/docs", "AQVN<u35-38>", "yandex", "t1.<u20-400>.<u86> YC<u38>"),
        new("zai", "docs.z.ai", "", "zai z_ai z.ai glm", "<x32>.<w16>"),
        new("zendesk", "developer.zendesk.com", "", "zendesk", "<w40>"),
        new("zuplo", "zuplo.com/docs", "zpka_<x32>_<x8>"),
        new("jwt", "RFC 7519", "eyJ<u14-4000>.eyJ<u10-8000>.<u20-1000> eyJ<u14-4000>.eyJ<u10-8000>.<u0>"),
    ];
}

/// <summary>A credential of one service.</summary>
internal sealed class SecretRule
{
    /// <summary>Reads a line of the table.</summary>
    /// <param name="id">The service.</param>
    /// <param name="source">Where the service writes of its credentials.</param>
    /// <param name="tokens">Forms that are known wherever they stand, by what they begin with.</param>
    /// <param name="names">Names of the service; what is assigned to one has one of these forms:</param>
    /// <param name="values">Forms that are known only behind a name.</param>
    public SecretRule(string id, string source, string tokens, string names = "", string values = "")
    {
        Tokens = Forms(tokens);
        Names = names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Values = [.. Forms(values), .. Tokens];
        var example = Tokens.Length > 0 ? Tokens[0].Invent() : $"{Names[0]}_token = \"{Values[0].Invent()}\"";
        // The one form with a checksum cannot be invented from its letters.
        if (id == "gatehouse")
            example = SecretChecks.InventToken();
        Rule = new TextRule($"secret/{id}", 1, $"a credential of {id}", example, source);
    }

    /// <summary>The rule as it is listed.</summary>
    public TextRule Rule { get; }

    /// <summary>Forms that are known wherever they stand.</summary>
    public SecretForm[] Tokens { get; }

    /// <summary>Names that stand before a value.</summary>
    public string[] Names { get; }

    /// <summary>Forms of a value behind a name.</summary>
    public SecretForm[] Values { get; }

    private static SecretForm[] Forms(string forms) =>
        [.. forms.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(form => new SecretForm(form))];
}
