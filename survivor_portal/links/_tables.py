"""Tables: what is known by name about tracking parameters and short links."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parameters that only say how a link travelled. They name the person who shared it, and never the thing.
TRACKING = _words(
    """
    fbclid gclid dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh igsid mibextid
    srsltid irclickid rb_clickid _ga _gl _hsenc _hsmi mc_cid mc_eid mkt_tok vero_id wickedid s_kwcid
    oly_anon_id oly_enc_id pk_campaign pk_kwd pk_source pk_medium __tn__ __eep__ spm_id_from vd_source
    """
)
TRACKING_PREFIXES = ("utm_", "hsa_", "mtm_", "matomo_", "__cft__", "__xts__")

# Everyday names that mean tracking on these sites only; elsewhere they may be the key that opens the page.
_X = _words("s t cxt cn refsrc ref_src ref_url")
TRACKING_AT = {
    "x.com": _X,
    "twitter.com": _X,
    "youtube.com": _words("si feature pp ab_channel"),
    "youtu.be": _words("si feature pp"),
    "spotify.com": _words("si nd context"),
    "tiktok.com": _words(
        """
        _r _t _d web_id refer referer_url u_code preview_pb checksum is_from_webapp is_copy_url sender_device
        sender_web_id sec_sender share_app_id share_link_id share_item_id tt_from
        """
    ),
    "facebook.com": _words("ref refid paipv eav sfnsn wtsid rdid share_url hoisted_section_header_type"),
    "instagram.com": _words("hl"),
    "threads.net": _words("xmt slof"),
    "threads.com": _words("xmt slof"),
    "reddit.com": _words("rdt ref ref_source share share_id"),
    "linkedin.com": _words("trk trackingid lipi rcm"),
    "snapchat.com": _words("sid invite_id locale share_id sc_referrer"),
    "bilibili.com": _words(
        """
        from seid share_source share_medium share_session_id share_from share_plat share_tag timestamp
        unique_k bbid ts
        """
    ),
}

# Hosts whose links only lead somewhere else and do not say where.
SHORT_HOSTS = _words(
    """
    t.co bit.ly bitly.com j.mp lnkd.in pin.it t.snapchat.com tinyurl.com goo.gl ow.ly is.gd v.gd buff.ly
    rebrand.ly cutt.ly rb.gy shorturl.at tiny.cc tiny.one s.id t.ly dub.sh short.gy bl.ink soo.gd lc.cx u.to
    amzn.to a.co ift.tt dlvr.it trib.al flip.it wp.me qr.ae fb.me m.me vm.tiktok.com vt.tiktok.com
    v.douyin.com xhslink.com b23.tv on.soundcloud.com spotify.link l.likee.video kwai-video.com fav.me
    clck.ru vk.cc goo.su urlz.fr shorte.st sh.st adf.ly bc.vc ouo.io ouo.press exe.io linkvertise.com
    link-to.net direct-link.net loot-link.com lootdest.org gplinks.co cutt.us shrinkme.io za.gl po.st
    t.cn url.cn dwz.cn sina.lt reurl.cc lihi.cc me2.do han.gl vo.la naver.me c11.kr lin.ee
    """
)

# Paths that are short links on hosts that are not: (host, beginning of the path).
SHORT_PATHS = (
    ("tiktok.com", "/t/"),
    ("facebook.com", "/share/"),
    ("likee.video", "/l/"),
)
